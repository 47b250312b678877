#ifndef CLIBVIRT_SHIM_H
#define CLIBVIRT_SHIM_H

#include <stddef.h> // NULL, which libvirt's headers use and do not include
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

// virConnectDomainEventRegisterAny takes every callback as the same untyped pointer: a callback of the wrong signature
// compiles and then crashes on the first event. Each function here takes exactly the one signature its event has.

static inline int clibvirt_register_lifecycle(
    virConnectPtr connection, virConnectDomainEventCallback callback, void *opaque, virFreeCallback release) {
    return virConnectDomainEventRegisterAny(
        connection, NULL, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

static inline int clibvirt_register_device_added(
    virConnectPtr connection, virConnectDomainEventDeviceAddedCallback callback, void *opaque,
    virFreeCallback release) {
    return virConnectDomainEventRegisterAny(
        connection, NULL, VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

static inline int clibvirt_register_device_removed(
    virConnectPtr connection, virConnectDomainEventDeviceRemovedCallback callback, void *opaque,
    virFreeCallback release) {
    return virConnectDomainEventRegisterAny(
        connection, NULL, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

static inline int clibvirt_register_metadata_change(
    virConnectPtr connection, virConnectDomainEventMetadataChangeCallback callback, void *opaque,
    virFreeCallback release) {
    return virConnectDomainEventRegisterAny(
        connection, NULL, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

#endif
