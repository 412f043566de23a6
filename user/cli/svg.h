/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * svg.h - a picture in SVG: text, boxes and arcs, of the plain attributes that
 * every viewer and converter knows.
 *
 * Lengths are in pixels.  Text is escaped; write errors stay in the stream.
 */
#ifndef RINGLB_CLI_SVG_H
#define RINGLB_CLI_SVG_H

#include <stddef.h>
#include <stdio.h>

struct svg_colour {
	char text[sizeof("#rrggbb")];
};

/* A circle drawn with a thick pen. */
struct svg_circle {
	double x, y;
	double radius; /* to the middle of the line */
	double width;  /* of the line */
};

void svg_begin(FILE *to, double width, double height, const char *title);
void svg_end(FILE *to);

/* @attributes as they are in the file. */
void svg_text(FILE *to, double x, double y, const char *attributes,
	      const char *format, ...) __attribute__((format(printf, 5, 6)));

void svg_box(FILE *to, double x, double y, double size,
	     const struct svg_colour *colour);

/* Part of @c from @from to @till, in turns clockwise from the top, 0 to 1.
 * @label: what a pointer shows there; NULL: nothing. */
void svg_arc(FILE *to, const struct svg_circle *c, double from, double till,
	     const struct svg_colour *colour, const char *label);

/* Colour @i of a series whose members are easy to tell apart, on white. */
struct svg_colour svg_colour(size_t i);

#endif
