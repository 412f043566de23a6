// SPDX-License-Identifier: BSD-2-Clause
#include "frame.h"

#include <linux/if_ether.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "random.h"

static void put(struct frame *f, const void *bytes, size_t len)
{
	if (f->len + len > sizeof(f->data)) {
		fprintf(stderr, "frame: a test wants more than %d bytes\n",
			FRAME_MAX);
		abort();
	}
	memcpy(f->data + f->len, bytes, len);
	f->len += len;
}

static void put8(struct frame *f, __u8 value)
{
	put(f, &value, 1);
}

static void put16(struct frame *f, __u16 value)
{
	put8(f, value >> 8);
	put8(f, value);
}

static void put_zeros(struct frame *f, size_t len)
{
	while (len--)
		put8(f, 0);
}

__u16 frame_get16(const struct frame *f, size_t at)
{
	return f->data[at] << 8 | f->data[at + 1];
}

void frame_put16(struct frame *f, size_t at, __u16 value)
{
	f->data[at] = value >> 8;
	f->data[at + 1] = value;
}

/* The Internet checksum (RFC 1071), the slow and plain way. */
static __u32 add_words(__u32 sum, const __u8 *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i & 1 ? bytes[i] : bytes[i] << 8;
	return sum;
}

static __u16 fold(__u32 sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return ~sum;
}

void frame_sum_ip4(struct frame *f)
{
	const size_t len = (f->data[f->l3] & 15) * 4;

	frame_put16(f, f->l3 + 10, 0);
	frame_put16(f, f->l3 + 10, fold(add_words(0, f->data + f->l3, len)));
}

size_t frame_check_at(const struct frame *f, const struct shape *s)
{
	return f->l4 + (s->proto == IPPROTO_TCP ? 16 : 6);
}

static size_t l4_header_len(const struct shape *s)
{
	return s->proto == IPPROTO_TCP ? 20 : s->proto == IPPROTO_UDP ? 8 : 0;
}

static size_t l4_len(const struct shape *s)
{
	return l4_header_len(s) + s->payload_len;
}

static size_t addr_len(const struct shape *s)
{
	return s->family == 4 ? 4 : 16;
}

static const __u8 *addr_bytes(const struct shape *s, const struct rlb_addr *a)
{
	return s->family == 4 ? a->b + 12 : a->b;
}

static void put_eth(struct frame *f, const struct shape *s)
{
	put(f, s->to_mac, 6);
	put(f, s->from_mac, 6);
	for (int i = 0; i < s->ntags; i++) {
		put16(f, s->tags[i].type);
		put16(f, s->tags[i].tci);
	}
	put16(f, s->type ? s->type : s->family == 6 ? ETH_P_IPV6 : ETH_P_IP);
}

static void put_ip4(struct frame *f, const struct shape *s)
{
	const size_t header_len = 20 + s->options_len;

	put8(f, 4 << 4 | header_len / 4);
	put8(f, s->tos);
	put16(f, header_len + l4_len(s));
	put16(f, 0x1234);
	put16(f, s->fragment);
	put8(f, s->ttl);
	put8(f, s->proto);
	put16(f, 0);
	put(f, addr_bytes(s, &s->src), 4);
	put(f, addr_bytes(s, &s->dst), 4);
	for (size_t i = 0; i < s->options_len; i++)
		put8(f, i + 1 < s->options_len); /* no-operation, end */
	frame_sum_ip4(f);
}

/* Bytes, of any kind that has a length field; ESP has none. */
static size_t ext_len(const struct frame_ext *ext)
{
	return ext->kind == IPPROTO_AH ? (ext->units + 2) * 4
				       : (ext->units + 1) * 8;
}

static void put_ext(struct frame *f, const struct frame_ext *ext, __u8 next)
{
	const size_t end = f->len + ext_len(ext);

	put8(f, next);
	put8(f, ext->units);
	if (ext->kind == IPPROTO_FRAGMENT) {
		put16(f, ext->fragment);
	} else {
		put8(f, 0); /* routing type; an option of padding */
		put8(f, ext->segments_left);
	}
	put_zeros(f, end - f->len);
}

static void put_ip6(struct frame *f, const struct shape *s)
{
	size_t exts_len = 0;

	for (int i = 0; i < s->nexts; i++)
		exts_len += ext_len(&s->exts[i]);

	put8(f, 6 << 4 | s->tos >> 4);
	put8(f, s->tos << 4);
	put16(f, 0xbeef); /* flow label */
	put16(f, exts_len + l4_len(s));
	put8(f, s->nexts ? s->exts[0].kind : s->proto);
	put8(f, s->ttl);
	put(f, addr_bytes(s, &s->src), 16);
	put(f, addr_bytes(s, &s->dst), 16);
	for (int i = 0; i < s->nexts; i++)
		put_ext(f, &s->exts[i],
			i + 1 < s->nexts ? s->exts[i + 1].kind : s->proto);
}

static void put_l4_header(struct frame *f, const struct shape *s)
{
	if (s->proto != IPPROTO_TCP && s->proto != IPPROTO_UDP)
		return;
	put16(f, s->sport);
	put16(f, s->dport);
	if (s->proto == IPPROTO_UDP) {
		put16(f, l4_len(s));
		put16(f, 0);
		return;
	}
	put16(f, 0x0102); /* sequence number */
	put16(f, 0x0304);
	put16(f, 0x0506); /* acknowledged */
	put16(f, 0x0708);
	put8(f, 5 << 4);
	put8(f, 0x18); /* PSH, ACK */
	put16(f, 0xfff0);
	put16(f, 0);
	put16(f, 0);
}

static void put_payload(struct frame *f, const struct shape *s)
{
	__u64 random = s->payload_seed;
	const size_t at = f->len;

	for (size_t i = 0; i < s->payload_len; i++)
		put8(f, random_next(&random));
	if (s->payload_first)
		frame_put16(f, at, s->payload_first);
}

static void sum_l4(struct frame *f, const struct shape *s)
{
	const size_t at = frame_check_at(f, s);
	__u32 sum = s->proto + l4_len(s);
	__u16 check;

	if (!l4_header_len(s) || (s->proto == IPPROTO_UDP && s->no_check))
		return;
	sum = add_words(sum, addr_bytes(s, &s->src), addr_len(s));
	sum = add_words(sum, addr_bytes(s, &s->dst), addr_len(s));
	check = fold(add_words(sum, f->data + f->l4, l4_len(s)));
	if (s->proto == IPPROTO_UDP && !check)
		check = 0xffff;
	frame_put16(f, at, check);
}

void frame_build(struct frame *f, const struct shape *s)
{
	f->len = 0;
	put_eth(f, s);
	f->l3 = f->len;
	if (s->family == 4)
		put_ip4(f, s);
	else if (s->family == 6)
		put_ip6(f, s);
	f->l4 = f->len;
	put_l4_header(f, s);
	put_payload(f, s);
	sum_l4(f, s);
	put_zeros(f, s->padding);
}

void shape_pad(struct shape *s)
{
	struct frame f;

	s->padding = 0;
	frame_build(&f, s);
	if (f.len < ETH_ZLEN)
		s->padding = ETH_ZLEN - f.len;
}

static void print_line(const char *title, const struct frame *f, size_t at)
{
	printf("    %-5s %04zx ", title, at);
	for (size_t i = at; i < at + 16 && i < f->len; i++)
		printf(" %02x", f->data[i]);
	printf("\n");
}

void frame_print(const char *title, const struct frame *f)
{
	for (size_t at = 0; at < f->len; at += 16)
		print_line(at ? "" : title, f, at);
}

static void print_marks(const struct frame *want, const struct frame *got,
			size_t at)
{
	printf("               ");
	for (size_t i = at; i < at + 16; i++)
		printf("%s", i < want->len && i < got->len &&
					     want->data[i] != got->data[i]
				     ? " ^^"
				     : "   ");
	printf("\n");
}

void frame_print_diff(const struct frame *want, const struct frame *got)
{
	const size_t len = want->len < got->len ? want->len : got->len;

	if (want->len != got->len)
		printf("    want %zu bytes, got %zu\n", want->len, got->len);
	for (size_t at = 0; at < len; at += 16) {
		const size_t n = len - at < 16 ? len - at : 16;

		if (!memcmp(want->data + at, got->data + at, n))
			continue;
		print_line("want", want, at);
		print_line("got", got, at);
		print_marks(want, got, at);
	}
}

bool frame_equal(const struct frame *a, const struct frame *b)
{
	return a->len == b->len && !memcmp(a->data, b->data, a->len);
}
