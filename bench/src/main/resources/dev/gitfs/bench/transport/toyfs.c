/*
 * The toy file system in C, on libfuse's low-level API: what ToyFileSystem.java is in Java, request
 * by request. A directory of 20,000 small files, and one large file.
 *
 * Nothing stays valid in the kernel, so that each operation of the load reaches this process.
 */
#define FUSE_USE_VERSION 312

#include <errno.h>
#include <fuse_lowlevel.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define ENTRIES 20000
#define SMALL_SIZE 4096
#define LARGE_SIZE (1L << 30)
#define CHUNK (1 << 20)

#define DIRECTORY 2
#define LARGE 3
#define FIRST_FILE 10

static char *content;

static int describe(fuse_ino_t node, struct stat *st)
{
	memset(st, 0, sizeof(*st));
	st->st_ino = node;
	if (node == FUSE_ROOT_ID || node == DIRECTORY) {
		st->st_mode = S_IFDIR | 0755;
		st->st_nlink = 2;
	} else if (node == LARGE || (node >= FIRST_FILE && node < FIRST_FILE + ENTRIES)) {
		st->st_mode = S_IFREG | 0644;
		st->st_nlink = 1;
		st->st_size = node == LARGE ? LARGE_SIZE : SMALL_SIZE;
		st->st_blocks = (st->st_size + 511) / 512;
	} else {
		return 0;
	}
	st->st_mtim.tv_sec = st->st_ctim.tv_sec = st->st_atim.tv_sec = 1000000000;
	return 1;
}

static fuse_ino_t find(fuse_ino_t parent, const char *name)
{
	if (parent == FUSE_ROOT_ID && strcmp(name, "directory") == 0)
		return DIRECTORY;
	if (parent == FUSE_ROOT_ID && strcmp(name, "large") == 0)
		return LARGE;
	if (parent == DIRECTORY && name[0] == 'f') {
		char *end;
		long number = strtol(name + 1, &end, 10);
		if (*end == 0 && number >= 0 && number < ENTRIES)
			return FIRST_FILE + number;
	}
	return 0;
}

static void toy_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct fuse_entry_param entry;
	memset(&entry, 0, sizeof(entry));
	entry.ino = find(parent, name);
	if (entry.ino == 0 || !describe(entry.ino, &entry.attr))
		fuse_reply_err(req, ENOENT);
	else
		fuse_reply_entry(req, &entry);
}

static void toy_getattr(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
	struct stat st;
	if (describe(node, &st))
		fuse_reply_attr(req, &st, 0);
	else
		fuse_reply_err(req, ENOENT);
}

static void toy_open(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
	fi->fh = node;
	fuse_reply_open(req, fi);
}

static void toy_read(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	off_t end = node == LARGE ? LARGE_SIZE : SMALL_SIZE;
	size_t length = offset >= end ? 0 : (size_t) (end - offset);
	if (length > size)
		length = size;
	if (length > CHUNK)
		length = CHUNK;
	fuse_reply_buf(req, content, length);
}

static void toy_release(fuse_req_t req, fuse_ino_t node, struct fuse_file_info *fi)
{
	fuse_reply_err(req, 0);
}

static void toy_readdir(fuse_req_t req, fuse_ino_t node, size_t size, off_t offset,
			struct fuse_file_info *fi)
{
	char *buffer = malloc(size);
	size_t used = 0;
	struct stat st;
	memset(&st, 0, sizeof(st));
	for (off_t at = offset; at < ENTRIES; at++) {
		char name[16];
		snprintf(name, sizeof(name), "f%05ld", (long) at);
		st.st_ino = FIRST_FILE + at;
		st.st_mode = S_IFREG;
		size_t need = fuse_add_direntry(req, buffer + used, size - used, name, &st, at + 1);
		if (need > size - used)
			break;
		used += need;
	}
	fuse_reply_buf(req, buffer, used);
	free(buffer);
}

static const struct fuse_lowlevel_ops operations = {
	.lookup = toy_lookup,
	.getattr = toy_getattr,
	.open = toy_open,
	.read = toy_read,
	.release = toy_release,
	.opendir = toy_open,
	.readdir = toy_readdir,
	.releasedir = toy_release,
};

/* toyfs MOUNTPOINT THREADS */
int main(int argc, char *argv[])
{
	char *arguments[] = {argv[0], "-ofsname=toyfs,subtype=c"};
	struct fuse_args args = FUSE_ARGS_INIT(2, arguments);
	struct fuse_loop_config *config = fuse_loop_cfg_create();
	int result = 1;

	if (argc != 3)
		return 2;
	content = malloc(CHUNK);
	memset(content, 'x', CHUNK);
	fuse_loop_cfg_set_max_threads(config, atoi(argv[2]));
	struct fuse_session *session =
		fuse_session_new(&args, &operations, sizeof(operations), NULL);
	if (session != NULL && fuse_set_signal_handlers(session) == 0 &&
	    fuse_session_mount(session, argv[1]) == 0) {
		result = fuse_session_loop_mt(session, config);
		fuse_session_unmount(session);
	}
	return result;
}
