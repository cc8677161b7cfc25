/* What C has and a flavor has not: a call of it does not compile, and says what a flavor has instead. Included by pushgate_flavor.h.
 *
 * A library that is compiled without that header finds nothing at run time: no file, no variable of the environment. Waiting ends the call.
 *
 * The headers of POSIX are not included, so that their other names, such as `read`, are free. Nothing is declared where a flavor is compiled for the
 * machine that it is tested on.
 */
#ifndef PUSHGATE_ABSENT_H
#define PUSHGATE_ABSENT_H
#ifdef __wasi__

#include <stdio.h>
#include <stdlib.h>
#include <threads.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PUSHGATE_NO_FILES \
  __attribute__((unavailable("a flavor has no files: what it needs is compiled in (#embed), or in its settings: pushgate_settings()")))
#define PUSHGATE_NO_ENVIRONMENT \
  __attribute__((unavailable("a flavor has no environment: what differs from one registry to the next is in its settings: pushgate_settings()")))
#define PUSHGATE_NO_NETWORK \
  __attribute__((unavailable("a flavor has no network: it asks a server by pushgate_http.h, a capability that the operator grants")))
#define PUSHGATE_NO_WAITING \
  __attribute__((unavailable("a flavor cannot wait: it decides by the time of the push, push->requested_at")))
#define PUSHGATE_NO_THREADS __attribute__((unavailable("a flavor has no threads: the hook answers before it returns")))
#define PUSHGATE_NO_PROGRAMS \
  __attribute__((unavailable("a flavor runs no programs: it decides by the push, its settings and its capabilities")))

FILE *fopen(const char *, const char *) PUSHGATE_NO_FILES;
FILE *freopen(const char *, const char *, FILE *) PUSHGATE_NO_FILES;
FILE *tmpfile(void) PUSHGATE_NO_FILES;
int remove(const char *) PUSHGATE_NO_FILES;
int rename(const char *, const char *) PUSHGATE_NO_FILES;
int open(const char *, int, ...) PUSHGATE_NO_FILES;
int openat(int, const char *, int, ...) PUSHGATE_NO_FILES;
struct _DIR *opendir(const char *) PUSHGATE_NO_FILES;

char *getenv(const char *) PUSHGATE_NO_ENVIRONMENT;

int socket(int, int, int) PUSHGATE_NO_NETWORK;
struct addrinfo;
int getaddrinfo(const char *, const char *, const struct addrinfo *, struct addrinfo **) PUSHGATE_NO_NETWORK;
struct hostent *gethostbyname(const char *) PUSHGATE_NO_NETWORK;

unsigned sleep(unsigned) PUSHGATE_NO_WAITING;
int usleep(unsigned) PUSHGATE_NO_WAITING;
int nanosleep(const struct timespec *, struct timespec *) PUSHGATE_NO_WAITING;
int thrd_sleep(const struct timespec *, struct timespec *) PUSHGATE_NO_WAITING;

int thrd_create(thrd_t *, thrd_start_t, void *) PUSHGATE_NO_THREADS;

int system(const char *) PUSHGATE_NO_PROGRAMS;
FILE *popen(const char *, const char *) PUSHGATE_NO_PROGRAMS;
int fork(void) PUSHGATE_NO_PROGRAMS;
int execve(const char *, char *const[], char *const[]) PUSHGATE_NO_PROGRAMS;
int execv(const char *, char *const[]) PUSHGATE_NO_PROGRAMS;
int execvp(const char *, char *const[]) PUSHGATE_NO_PROGRAMS;
int execl(const char *, const char *, ...) PUSHGATE_NO_PROGRAMS;
int execlp(const char *, const char *, ...) PUSHGATE_NO_PROGRAMS;

#ifdef __cplusplus
}
#endif
#endif
#endif
