#ifndef CLIBVIRT_H
#define CLIBVIRT_H

#include <stddef.h> // NULL, which libvirt's headers use and do not include
#include <libvirt/libvirt.h>
#include <libvirt/virterror.h>

#pragma clang assume_nonnull begin

// libvirt brings fifty libraries along, which take longer to load than most of what a command does. So it is not linked
// but loaded when the first connection is opened, and only its headers are needed to build.

// The functions of libvirt that are called, each with the type that libvirt's header gives it.
#define CLIBVIRT_FUNCTIONS(FUNCTION)                                                                                   \
    FUNCTION(virConnectClose)                                                                                          \
    FUNCTION(virConnectDomainEventDeregisterAny)                                                                       \
    FUNCTION(virConnectDomainEventRegisterAny)                                                                         \
    FUNCTION(virConnectIsAlive)                                                                                        \
    FUNCTION(virConnectListAllDomains)                                                                                 \
    FUNCTION(virConnectOpen)                                                                                           \
    FUNCTION(virConnectRegisterCloseCallback)                                                                          \
    FUNCTION(virConnectSetKeepAlive)                                                                                   \
    FUNCTION(virConnectUnregisterCloseCallback)                                                                        \
    FUNCTION(virDomainAttachDeviceFlags)                                                                               \
    FUNCTION(virDomainCreate)                                                                                          \
    FUNCTION(virDomainDefineXMLFlags)                                                                                  \
    FUNCTION(virDomainDestroy)                                                                                         \
    FUNCTION(virDomainDetachDeviceAlias)                                                                               \
    FUNCTION(virDomainDetachDeviceFlags)                                                                               \
    FUNCTION(virDomainFree)                                                                                            \
    FUNCTION(virDomainGetMetadata)                                                                                     \
    FUNCTION(virDomainGetName)                                                                                         \
    FUNCTION(virDomainGetState)                                                                                        \
    FUNCTION(virDomainGetUUID)                                                                                         \
    FUNCTION(virDomainGetXMLDesc)                                                                                      \
    FUNCTION(virDomainIsActive)                                                                                        \
    FUNCTION(virDomainIsPersistent)                                                                                    \
    FUNCTION(virDomainLookupByName)                                                                                    \
    FUNCTION(virDomainLookupByUUID)                                                                                    \
    FUNCTION(virDomainSetMetadata)                                                                                     \
    FUNCTION(virDomainUndefine)                                                                                        \
    FUNCTION(virEventAddTimeout)                                                                                       \
    FUNCTION(virEventRegisterDefaultImpl)                                                                              \
    FUNCTION(virEventRemoveTimeout)                                                                                    \
    FUNCTION(virEventRunDefaultImpl)                                                                                   \
    FUNCTION(virGetLastError)                                                                                          \
    FUNCTION(virInitialize)                                                                                            \
    FUNCTION(virResetLastError)                                                                                        \
    FUNCTION(virSetErrorFunc)

// libvirt's functions in the library that was loaded.
struct CLibvirtFunctions {
#define CLIBVIRT_FIELD(name) __typeof__(&name) name;
    CLIBVIRT_FUNCTIONS(CLIBVIRT_FIELD)
#undef CLIBVIRT_FIELD
};

// Loads a library and finds every function in it. It stays loaded. Returns NULL, or which library or function is
// missing, in words that the next call in the same thread overwrites; then nothing changes.
const char *_Nullable clibvirt_load(const char *library);

// The functions. Before clibvirt_load() has succeeded there are none.
const struct CLibvirtFunctions *clibvirt_functions(void);

// virConnectDomainEventRegisterAny takes every callback as the same untyped pointer: a callback of the wrong signature
// compiles and then crashes on the first event. Each function here takes exactly the one signature its event has.

int clibvirt_register_lifecycle(
    virConnectPtr connection, virConnectDomainEventCallback callback, void *opaque, virFreeCallback release);

int clibvirt_register_device_added(
    virConnectPtr connection, virConnectDomainEventDeviceAddedCallback callback, void *opaque,
    virFreeCallback release);

int clibvirt_register_device_removed(
    virConnectPtr connection, virConnectDomainEventDeviceRemovedCallback callback, void *opaque,
    virFreeCallback release);

int clibvirt_register_metadata_change(
    virConnectPtr connection, virConnectDomainEventMetadataChangeCallback callback, void *opaque,
    virFreeCallback release);

#pragma clang assume_nonnull end

#endif
