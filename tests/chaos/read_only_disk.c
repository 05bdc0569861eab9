/* A disk that becomes read-only under a running process, as file systems do after an error.
 *
 * Preloaded into the process. READ_ONLY_ROOT: the folder, absolute; READ_ONLY_WHEN: a file.
 * While that file is there, whatever would change anything below the folder fails with EROFS,
 * through files that were opened before, too. Mapped memory is not seen.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(result, name, ...)                                                \
    static result (*real_##name)(__VA_ARGS__);                                 \
    if (!real_##name) real_##name = dlsym(RTLD_NEXT, #name)

static int is_refused(const char *path) {
    const char *root = getenv("READ_ONLY_ROOT"), *when = getenv("READ_ONLY_WHEN");
    return root && when && !strncmp(path, root, strlen(root)) && !access(when, F_OK);
}

static int is_refused_at(int folder, const char *path) {
    char link[64], full[PATH_MAX];
    if (path && (path[0] == '/' || folder == AT_FDCWD)) return is_refused(path);
    snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
    ssize_t length = readlink(link, full, sizeof full - 1);
    if (length <= 0) return 0;
    full[length] = 0;
    return is_refused(full);
}

#define REFUSE(condition)                                                      \
    do {                                                                       \
        if (condition) {                                                       \
            errno = EROFS;                                                     \
            return -1;                                                         \
        }                                                                      \
    } while (0)

#define OPEN(name)                                                             \
    int name(const char *path, int flags, ...) {                               \
        REAL(int, name, const char *, int, ...);                               \
        va_list rest;                                                          \
        va_start(rest, flags);                                                 \
        mode_t mode = va_arg(rest, mode_t);                                    \
        va_end(rest);                                                          \
        int writes = (flags & O_ACCMODE) != O_RDONLY || flags & (O_CREAT | O_TRUNC); \
        REFUSE(writes && is_refused(path));                                    \
        return real_##name(path, flags, mode);                                 \
    }
OPEN(open)
OPEN(open64)

#define ON_FILE(type, name, parameters, types, arguments)                      \
    type name parameters {                                                     \
        REAL(type, name, types);                                               \
        REFUSE(is_refused_at(fd, NULL));                                       \
        return real_##name arguments;                                          \
    }
#define TYPES(...) __VA_ARGS__
ON_FILE(ssize_t, write, (int fd, const void *data, size_t length),
        TYPES(int, const void *, size_t), (fd, data, length))
ON_FILE(ssize_t, pwrite, (int fd, const void *data, size_t length, off_t at),
        TYPES(int, const void *, size_t, off_t), (fd, data, length, at))
ON_FILE(ssize_t, pwrite64, (int fd, const void *data, size_t length, off64_t at),
        TYPES(int, const void *, size_t, off64_t), (fd, data, length, at))
ON_FILE(int, ftruncate, (int fd, off_t length), TYPES(int, off_t), (fd, length))
ON_FILE(int, ftruncate64, (int fd, off64_t length), TYPES(int, off64_t), (fd, length))
ON_FILE(int, fsync, (int fd), TYPES(int), (fd))
ON_FILE(int, fdatasync, (int fd), TYPES(int), (fd))

int rename(const char *old, const char *new) {
    REAL(int, rename, const char *, const char *);
    REFUSE(is_refused(old) || is_refused(new));
    return real_rename(old, new);
}

int unlink(const char *path) {
    REAL(int, unlink, const char *);
    REFUSE(is_refused(path));
    return real_unlink(path);
}

int mkdir(const char *path, mode_t mode) {
    REAL(int, mkdir, const char *, mode_t);
    REFUSE(is_refused(path));
    return real_mkdir(path, mode);
}

int rmdir(const char *path) {
    REAL(int, rmdir, const char *);
    REFUSE(is_refused(path));
    return real_rmdir(path);
}
