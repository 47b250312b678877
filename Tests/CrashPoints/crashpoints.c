// Loaded into tdispctl with LD_PRELOAD: counts the moments at which the world outside of the process changes, and lets the
// process die at one of them.
//
// Moments are: each write, sync, truncation, removal and renaming of a file in the state directory, and of each exchange with
// the emulated host the request (before it is sent), the answer (it waits, nobody has read it), and the reading of it.
//
//   CRASHPOINTS_DIR    the state directory
//   CRASHPOINTS_LOG    a file that gets a line for each moment: its number, its kind, the file's name, bytes
//   CRASHPOINTS_AT     the number of the moment to die at; 0 or nothing: only count
//   CRASHPOINTS_HOW    kill   SIGKILL; a write is not begun
//                      torn   half of the write is done, then SIGKILL
//                      power  SIGKILL, and what was written and not synced is gone
//                      lost   this sync says that it is done and is not; death comes with the next answer of the host, or when
//                             the process ends, and everything that was written since the sync before is gone
//                      full   from this write on there is no room on the disk; nobody dies
//
// Real calls go to the kernel directly: nothing here depends on the order in which libraries are loaded.

#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum how { KILL, TORN, POWER, LOST, FULL };
static const char *const how_names[] = {"kill", "torn", "power", "lost", "full"};

static char directory[256];
static const char *log_path;
static long wanted;
static enum how how;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static long count;
static int is_full;       // From now on there is no room.
static int is_unsynced;   // A sync was lost: the next answer is the last thing that happens.

// What each file held when it was last synced.
struct snapshot {
    char name[256];
    char *bytes;
    size_t size;
};
static struct snapshot snapshots[32];
static int snapshot_count;

// What was last seen on each socket to the host.
enum { IDLE, ASKED, HEARD };
static char exchanges[1024];

// MARK: Snapshots

static struct snapshot *snapshot_of(const char *name) {
    for (int i = 0; i < snapshot_count; i++)
        if (strcmp(snapshots[i].name, name) == 0) return &snapshots[i];
    if (snapshot_count == sizeof snapshots / sizeof *snapshots) return NULL;
    struct snapshot *new = &snapshots[snapshot_count++];
    snprintf(new->name, sizeof new->name, "%s", name);
    return new;
}

static void path_of(const char *name, char path[PATH_MAX]) {
    if (snprintf(path, PATH_MAX, "%s/%s", directory, name) >= PATH_MAX) *path = 0;
}

static void take(const char *name) {
    char path[PATH_MAX];
    struct stat facts;
    path_of(name, path);
    int file = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct snapshot *snapshot = fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) ? snapshot_of(name) : NULL;
    if (snapshot) {
        free(snapshot->bytes);
        snapshot->bytes = malloc(facts.st_size + 1);
        snapshot->size = 0;
        for (ssize_t got; (size_t)facts.st_size > snapshot->size
             && (got = syscall(SYS_pread64, file, snapshot->bytes + snapshot->size,
                               facts.st_size - snapshot->size, snapshot->size)) > 0;)
            snapshot->size += got;
    }
    syscall(SYS_close, file);
}

static void put_back(void) {
    for (int i = 0; i < snapshot_count; i++) {
        char path[PATH_MAX];
        path_of(snapshots[i].name, path);
        int file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
        if (file < 0) continue;
        syscall(SYS_ftruncate, file, 0L);
        for (size_t done = 0; done < snapshots[i].size;) {
            ssize_t put = syscall(SYS_pwrite64, file, snapshots[i].bytes + done, snapshots[i].size - done, done);
            if (put <= 0) break;
            done += put;
        }
        syscall(SYS_close, file);
    }
}

__attribute__((constructor)) static void begin(void) {
    const char *text = getenv("CRASHPOINTS_DIR");
    char path[PATH_MAX];
    if (!text || !realpath(text, path) || strlen(path) >= sizeof directory) return;
    strcpy(directory, path);
    log_path = getenv("CRASHPOINTS_LOG");
    wanted = (text = getenv("CRASHPOINTS_AT")) ? atol(text) : 0;
    text = getenv("CRASHPOINTS_HOW");
    for (int i = KILL; text && i <= FULL; i++)
        if (strcmp(text, how_names[i]) == 0) how = i;
    if (how != POWER && how != LOST) return;
    DIR *listing = opendir(directory);
    for (struct dirent *entry; listing && (entry = readdir(listing));) take(entry->d_name);
    if (listing) closedir(listing);
}

// MARK: Moments

static void die(void) {
    if (how == POWER || how == LOST) put_back();
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

__attribute__((destructor)) static void end(void) {
    if (is_unsynced) die();
}

// Counts a moment; whether it is the one that is wanted. Called with the mutex held.
static int is_wanted(const char *kind, const char *name, long bytes) {
    count++;
    if (log_path) {
        char line[400];
        int length = snprintf(line, sizeof line, "%ld %s %s %ld\n", count, kind, name, bytes);
        int file = syscall(SYS_openat, AT_FDCWD, log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (file >= 0) {
            syscall(SYS_write, file, line, length);
            syscall(SYS_close, file);
        }
    }
    return count == wanted;
}

// The name of the file of the state directory that a path leads to; NULL: it is none.
static const char *file_name(const char *path) {
    size_t length = strlen(directory);
    if (!length || strncmp(path, directory, length) != 0 || path[length] != '/') return NULL;
    // SQLite's index of the write-ahead log is shared memory: it is made anew by whoever opens the journal first.
    size_t end = strlen(path);
    if (end > 4 && strcmp(path + end - 4, "-shm") == 0) return NULL;
    return path + length + 1;
}

static const char *name_of(int descriptor, char path[PATH_MAX]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return file_name(path);
}

static int is_host(int descriptor) {
    struct sockaddr_un peer = {0};
    socklen_t size = sizeof peer - 1;
    if (descriptor < 0 || descriptor >= (int)sizeof exchanges || !*directory) return 0;
    if (syscall(SYS_getpeername, descriptor, &peer, &size) != 0 || peer.sun_family != AF_UNIX) return 0;
    return file_name(peer.sun_path) != NULL;
}

// MARK: Files

// Before a file is written; the bytes of it that are to be written, or -1: there is no room.
static ssize_t before_write(int descriptor, size_t bytes) {
    int saved = errno;
    char path[PATH_MAX];
    const char *name = name_of(descriptor, path);
    errno = saved;
    if (!name || !bytes) return bytes;
    pthread_mutex_lock(&mutex);
    if (is_wanted("write", name, bytes)) {
        if (how == FULL) is_full = 1;
        else if (how != TORN) die();
        else return bytes / 2;  // Keeps the mutex: nothing else happens any more.
    }
    int full = is_full;
    pthread_mutex_unlock(&mutex);
    errno = full ? ENOSPC : saved;
    return full ? -1 : (ssize_t)bytes;
}

static ssize_t after_write(ssize_t wanted_bytes, size_t bytes, ssize_t done) {
    if (wanted_bytes != (ssize_t)bytes) die();
    return done;
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
    ssize_t part = before_write(file, size);
    return part < 0 ? -1 : after_write(part, size, syscall(SYS_pwrite64, file, bytes, part, offset));
}

ssize_t pwrite(int file, const void *bytes, size_t size, off_t offset) { return pwrite64(file, bytes, size, offset); }

static int synced(int file, long call) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    if (!name) return syscall(call, file);
    pthread_mutex_lock(&mutex);
    if (is_wanted("sync", name, 0)) {
        if (how == LOST) is_unsynced = 1;
        else if (how != FULL) die();
    }
    int result = 0;
    if (!is_unsynced) {
        result = syscall(call, file);
        if (how == POWER || how == LOST) take(name);
    }
    pthread_mutex_unlock(&mutex);
    return result;
}

int fsync(int file) { return synced(file, SYS_fsync); }
int fdatasync(int file) { return synced(file, SYS_fdatasync); }

// A moment that only death can make anything of.
static void pass(const char *kind, const char *name) {
    pthread_mutex_lock(&mutex);
    if (is_wanted(kind, name, 0) && how != FULL && how != LOST) die();
    pthread_mutex_unlock(&mutex);
}

int ftruncate64(int file, off64_t size) {
    char path[PATH_MAX];
    const char *name = name_of(file, path);
    if (name) pass("truncate", name);
    return syscall(SYS_ftruncate, file, size);
}

int ftruncate(int file, off_t size) { return ftruncate64(file, size); }

int unlink(const char *path) {
    if (file_name(path)) pass("unlink", file_name(path));
    return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int rename(const char *from, const char *to) {
    if (file_name(to)) pass("rename", file_name(to));
    int result = syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    // What was synced under the old name is there under the new one.
    if (result == 0 && file_name(from) && file_name(to) && (how == POWER || how == LOST)) {
        struct snapshot *old = snapshot_of(file_name(from)), *new = snapshot_of(file_name(to));
        if (old && new) {
            free(new->bytes);
            new->bytes = old->bytes;
            new->size = old->size;
            old->bytes = NULL;
            old->size = 0;
        }
    }
    return result;
}

// MARK: The host

static void before_request(int host) {
    pthread_mutex_lock(&mutex);
    if (exchanges[host] != ASKED && is_wanted("request", "host", 0) && how != FULL && how != LOST) die();
    pthread_mutex_unlock(&mutex);
}

// The host has carried out what it was asked when its answer can be read.
static void after_request(int host) {
    pthread_mutex_lock(&mutex);
    if (exchanges[host] != ASKED) {
        exchanges[host] = ASKED;
        int now = is_wanted("answer", "host", 0) && how != FULL && how != LOST;
        if (now || is_unsynced) {
            struct pollfd answer = {.fd = host, .events = POLLIN};
            while (poll(&answer, 1, 60000) < 0 && errno == EINTR) continue;
            die();
        }
    }
    pthread_mutex_unlock(&mutex);
}

static void after_reply(int host) {
    int saved = errno;
    pthread_mutex_lock(&mutex);
    if (exchanges[host] == ASKED) {
        exchanges[host] = HEARD;
        if (is_wanted("reply", "host", 0) && how != FULL && how != LOST) die();
    }
    pthread_mutex_unlock(&mutex);
    errno = saved;
}

ssize_t write(int file, const void *bytes, size_t size) {
    if (is_host(file)) {
        before_request(file);
        ssize_t done = syscall(SYS_write, file, bytes, size);
        int saved = errno;
        if (done > 0) after_request(file);
        errno = saved;
        return done;
    }
    ssize_t part = before_write(file, size);
    return part < 0 ? -1 : after_write(part, size, syscall(SYS_write, file, bytes, part));
}

ssize_t send(int socket, const void *bytes, size_t size, int flags) {
    int host = is_host(socket);
    if (host) before_request(socket);
    ssize_t done = syscall(SYS_sendto, socket, bytes, size, flags, NULL, 0);
    int saved = errno;
    if (host && done > 0) after_request(socket);
    errno = saved;
    return done;
}

ssize_t read(int file, void *bytes, size_t size) {
    ssize_t done = syscall(SYS_read, file, bytes, size);
    int saved = errno;
    if (done > 0 && is_host(file)) after_reply(file);
    errno = saved;
    return done;
}

ssize_t recv(int socket, void *bytes, size_t size, int flags) {
    ssize_t done = syscall(SYS_recvfrom, socket, bytes, size, flags, NULL, NULL);
    int saved = errno;
    if (done > 0 && is_host(socket)) after_reply(socket);
    errno = saved;
    return done;
}
