/* Writes down every change that a process makes below a folder, in order: for tests.chaos.power_loss.
 *
 * Preloaded into the process. RECORD_ROOT: the folder, absolute. RECORD_LOG: where to. Each
 * record is a line, `KIND SEQ INODE OFFSET LENGTH NAME`, and LENGTH bytes. Mapped memory is
 * not seen; the only such file, SQLite's -shm, is left out and does not outlive a power cut.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;
static const char *root;
static size_t root_length;
static int log_fd = -1;
static unsigned long seq;

#define REAL(result, name, ...)                                                \
    static result (*real_##name)(__VA_ARGS__);                                 \
    if (!real_##name) real_##name = dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("RECORD_LOG");
    root = getenv("RECORD_ROOT");
    if (!root || !log) return;
    root_length = strlen(root);
    log_fd = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

static int is_ours(const char *path) {
    size_t length = strlen(path);
    if (log_fd < 0 || strncmp(path, root, root_length)) return 0;
    return !(length > 4 && !strcmp(path + length - 4, "-shm"));
}

static int path_of(int fd, char *path) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_ours(path);
}

static void put(const void *bytes, size_t length) {
    const char *at = bytes;
    while (length) {
        long written = syscall(SYS_write, log_fd, at, length);
        if (written <= 0) abort();
        at += written, length -= written;
    }
}

/* Call with the turn taken. */
static void note(char kind, unsigned long inode, long long offset, const char *name,
                 const void *data, size_t length) {
    char line[PATH_MAX + 128];
    int size = snprintf(line, sizeof line, "%c %lu %lu %lld %zu %s\n", kind, ++seq, inode, offset,
                        length, name);
    put(line, size);
    if (length) put(data, length);
}

static unsigned long inode_of(int fd) {
    struct stat found;
    return fstat(fd, &found) ? 0 : found.st_ino;
}

static int open_noted(int folder, const char *path, int flags, mode_t mode) {
    char full[PATH_MAX];
    REAL(int, openat, int, const char *, int, ...);
    int changes = flags & (O_CREAT | O_TRUNC);
    if (log_fd < 0 || !changes || (folder != AT_FDCWD && path[0] != '/'))
        return real_openat(folder, path, flags, mode);
    pthread_mutex_lock(&turn);
    int was_there = !faccessat(folder, path, F_OK, 0);
    int fd = real_openat(folder, path, flags, mode);
    if (fd >= 0 && path_of(fd, full)) {
        if (!was_there) note('C', inode_of(fd), 0, full + root_length, "", 0);
        else if (flags & O_TRUNC) note('T', inode_of(fd), 0, "", "", 0);
    }
    pthread_mutex_unlock(&turn);
    return fd;
}

#define OPEN(name)                                                             \
    int name(const char *path, int flags, ...) {                               \
        va_list rest;                                                          \
        va_start(rest, flags);                                                 \
        mode_t mode = va_arg(rest, mode_t);                                    \
        va_end(rest);                                                          \
        return open_noted(AT_FDCWD, path, flags, mode);                        \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                                           \
    int name(int folder, const char *path, int flags, ...) {                   \
        va_list rest;                                                          \
        va_start(rest, flags);                                                 \
        mode_t mode = va_arg(rest, mode_t);                                    \
        va_end(rest);                                                          \
        return open_noted(folder, path, flags, mode);                          \
    }
OPENAT(openat64)

static void note_write(int fd, const void *data, ssize_t length, long long offset) {
    char path[PATH_MAX];
    if (length <= 0 || log_fd < 0 || !path_of(fd, path)) return;
    note('W', inode_of(fd), offset, "", data, length);
}

ssize_t write(int fd, const void *data, size_t length) {
    REAL(ssize_t, write, int, const void *, size_t);
    char path[PATH_MAX];
    if (log_fd < 0 || !path_of(fd, path)) return real_write(fd, data, length);
    pthread_mutex_lock(&turn);
    int appends = fcntl(fd, F_GETFL) & O_APPEND;
    long long at = lseek(fd, 0, appends ? SEEK_END : SEEK_CUR);
    ssize_t written = real_write(fd, data, length);
    note_write(fd, data, written, at);
    pthread_mutex_unlock(&turn);
    return written;
}

#define PWRITE(name, type)                                                     \
    ssize_t name(int fd, const void *data, size_t length, type offset) {       \
        REAL(ssize_t, name, int, const void *, size_t, type);                  \
        pthread_mutex_lock(&turn);                                             \
        ssize_t written = real_##name(fd, data, length, offset);               \
        note_write(fd, data, written, offset);                                 \
        pthread_mutex_unlock(&turn);                                           \
        return written;                                                        \
    }
PWRITE(pwrite, off_t)
PWRITE(pwrite64, off64_t)

#define TRUNCATE(name, type)                                                   \
    int name(int fd, type length) {                                            \
        REAL(int, name, int, type);                                            \
        char path[PATH_MAX];                                                   \
        pthread_mutex_lock(&turn);                                             \
        int result = real_##name(fd, length);                                  \
        if (!result && log_fd >= 0 && path_of(fd, path))                       \
            note('T', inode_of(fd), length, "", "", 0);                        \
        pthread_mutex_unlock(&turn);                                           \
        return result;                                                         \
    }
TRUNCATE(ftruncate, off_t)
TRUNCATE(ftruncate64, off64_t)

/* What was written before the call began is durable when it has returned. */
#define SYNC(name)                                                             \
    int name(int fd) {                                                         \
        REAL(int, name, int);                                                  \
        char path[PATH_MAX];                                                   \
        int ours = log_fd >= 0 && path_of(fd, path);                           \
        pthread_mutex_lock(&turn);                                             \
        unsigned long begun = seq;                                             \
        pthread_mutex_unlock(&turn);                                           \
        int result = real_##name(fd);                                          \
        if (ours && !result) {                                                 \
            pthread_mutex_lock(&turn);                                         \
            note('S', inode_of(fd), begun, path + root_length, "", 0);         \
            pthread_mutex_unlock(&turn);                                       \
        }                                                                      \
        return result;                                                         \
    }
SYNC(fsync)
SYNC(fdatasync)

static int full_path(int folder, const char *path, char *full) {
    if (path[0] == '/') snprintf(full, PATH_MAX, "%s", path);
    else if (folder == AT_FDCWD || !path_of(folder, full)) return 0;
    else snprintf(full + strlen(full), PATH_MAX - strlen(full), "/%s", path);
    return is_ours(full);
}

static int rename_noted(int from, const char *old, int to, const char *new) {
    char a[PATH_MAX], b[2 * PATH_MAX];
    REAL(int, renameat, int, const char *, int, const char *);
    pthread_mutex_lock(&turn);
    int ours = log_fd >= 0 && full_path(from, old, a) && full_path(to, new, b);
    int result = real_renameat(from, old, to, new);
    if (ours && !result) {
        memmove(b, b + root_length, strlen(b) - root_length + 1);
        note('R', 0, 0, a + root_length, b, strlen(b));
    }
    pthread_mutex_unlock(&turn);
    return result;
}
int rename(const char *old, const char *new) { return rename_noted(AT_FDCWD, old, AT_FDCWD, new); }

static int unlink_noted(int folder, const char *path, int flags) {
    char full[PATH_MAX];
    REAL(int, unlinkat, int, const char *, int);
    pthread_mutex_lock(&turn);
    int ours = log_fd >= 0 && full_path(folder, path, full);
    int result = real_unlinkat(folder, path, flags);
    if (ours && !result) note('U', 0, 0, full + root_length, "", 0);
    pthread_mutex_unlock(&turn);
    return result;
}
int unlink(const char *path) { return unlink_noted(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlink_noted(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    char full[PATH_MAX];
    pthread_mutex_lock(&turn);
    int result = real_mkdir(path, mode);
    if (!result && log_fd >= 0 && full_path(AT_FDCWD, path, full))
        note('M', 0, 0, full + root_length, "", 0);
    pthread_mutex_unlock(&turn);
    return result;
}
