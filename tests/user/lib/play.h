/* SPDX-License-Identifier: GPL-2.0 */
/* Plays recorded netlink messages to the client in place of the kernel. */
#ifndef _SOCKWATCH_TESTS_PLAY_H
#define _SOCKWATCH_TESTS_PLAY_H

#include <stddef.h>
#include <stdint.h>

/*
 * A recording is a row of records: four bytes of length, little endian, and a
 * datagram of that length.  With this bit the other bits are the errno that
 * receiving ends with.
 */
#define PLAY_ERRNO 0x80000000u

/**
 * struct play - a recording and how far it has been played
 *
 * @data: the recording
 * @bytes: its length
 * @at: where the next record begins
 */
struct play {
	const unsigned char *data;
	size_t bytes;
	size_t at;
};

/**
 * play_source() - the recording; each test program has its own
 *
 * Return: the same one with each call.
 */
struct play *play_source(void);

#endif /* _SOCKWATCH_TESTS_PLAY_H */
