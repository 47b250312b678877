#include "CLibvirt.h"

#include <dlfcn.h>
#include <stddef.h>

static struct CLibvirtFunctions functions;

// Where the function of each field is found.
static const struct {
    const char *name;
    size_t offset;
} fields[] = {
#define CLIBVIRT_NAME(name) {#name, offsetof(struct CLibvirtFunctions, name)},
    CLIBVIRT_FUNCTIONS(CLIBVIRT_NAME)
#undef CLIBVIRT_NAME
};

const char *clibvirt_load(const char *library) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    if (!handle) return dlerror();
    struct CLibvirtFunctions found;
    for (size_t index = 0; index < sizeof fields / sizeof *fields; index++) {
        void *function = dlsym(handle, fields[index].name);
        if (!function) return dlerror();
        *(void **)((char *)&found + fields[index].offset) = function;
    }
    functions = found;
    return NULL;
}

const struct CLibvirtFunctions *clibvirt_functions(void) { return &functions; }

static int register_any(
    virConnectPtr connection, int event, virConnectDomainEventGenericCallback callback, void *opaque,
    virFreeCallback release) {
    return functions.virConnectDomainEventRegisterAny(connection, NULL, event, callback, opaque, release);
}

int clibvirt_register_lifecycle(
    virConnectPtr connection, virConnectDomainEventCallback callback, void *opaque, virFreeCallback release) {
    return register_any(
        connection, VIR_DOMAIN_EVENT_ID_LIFECYCLE, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

int clibvirt_register_device_added(
    virConnectPtr connection, virConnectDomainEventDeviceAddedCallback callback, void *opaque,
    virFreeCallback release) {
    return register_any(
        connection, VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

int clibvirt_register_device_removed(
    virConnectPtr connection, virConnectDomainEventDeviceRemovedCallback callback, void *opaque,
    virFreeCallback release) {
    return register_any(
        connection, VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}

int clibvirt_register_metadata_change(
    virConnectPtr connection, virConnectDomainEventMetadataChangeCallback callback, void *opaque,
    virFreeCallback release) {
    return register_any(
        connection, VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, VIR_DOMAIN_EVENT_CALLBACK(callback), opaque, release);
}
