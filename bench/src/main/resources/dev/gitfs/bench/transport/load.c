/*
 * The load of the transport benchmark, one process for both file systems:
 *
 *     load MOUNTPOINT stat|open|scan|read|direct COUNT
 *
 * does the operation COUNT times and prints how many nanoseconds it took.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ENTRIES 20000
#define SMALL_SIZE 4096
#define CHUNK (1 << 20)

static char path[4096];
static char *buffer;

/* Another file each time, so that no cache of names or pages can answer. */
static const char *file(const char *mount, long i)
{
	snprintf(path, sizeof(path), "%s/directory/f%05ld", mount, i % ENTRIES);
	return path;
}

static void do_stat(const char *mount, long i)
{
	struct stat st;
	if (stat(file(mount, i), &st) != 0 || st.st_size != SMALL_SIZE)
		err(1, "stat %s", path);
}

static void do_open(const char *mount, long i)
{
	int fd = open(file(mount, i), O_RDONLY);
	if (fd < 0 || read(fd, buffer, SMALL_SIZE) != SMALL_SIZE)
		err(1, "read %s", path);
	close(fd);
}

static void do_scan(const char *mount, long i)
{
	snprintf(path, sizeof(path), "%s/directory", mount);
	DIR *directory = opendir(path);
	int entries = 0;
	while (directory != NULL && readdir(directory) != NULL)
		entries++;
	if (entries != ENTRIES)
		errx(1, "%d entries in %s", entries, path);
	closedir(directory);
}

/* Reads one MiB; the file is opened, which empties its cache, for each GiB. */
static void read_large(const char *mount, long i, int flags)
{
	static int fd = -1;
	if (i % 1024 == 0) {
		if (fd >= 0)
			close(fd);
		snprintf(path, sizeof(path), "%s/large", mount);
		fd = open(path, O_RDONLY | flags);
	}
	if (read(fd, buffer, CHUNK) != CHUNK)
		err(1, "read %s", path);
}

static void do_read(const char *mount, long i)
{
	read_large(mount, i, 0);
}

/* Past the page cache, whose work would hide what a request costs. */
static void do_direct(const char *mount, long i)
{
	read_large(mount, i, O_DIRECT);
}

static const struct {
	const char *name;
	void (*operation)(const char *, long);
} loads[] = {
	{"stat", do_stat}, {"open", do_open},	  {"scan", do_scan},
	{"read", do_read}, {"direct", do_direct},
};

int main(int argc, char *argv[])
{
	if (argc != 4)
		errx(2, "usage: load MOUNTPOINT stat|open|scan|read|direct COUNT");
	long count = atol(argv[3]);
	void (*operation)(const char *, long) = NULL;
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		if (strcmp(argv[2], loads[i].name) == 0)
			operation = loads[i].operation;
	if (operation == NULL)
		errx(2, "unknown load %s", argv[2]);
	struct timespec start, end;
	buffer = aligned_alloc(4096, CHUNK);
	memset(buffer, 0, CHUNK);
	clock_gettime(CLOCK_MONOTONIC, &start);
	for (long i = 0; i < count; i++)
		operation(argv[1], i);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld\n", (end.tv_sec - start.tv_sec) * 1000000000L + end.tv_nsec - start.tv_nsec);
	return 0;
}
