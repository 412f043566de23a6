// SPDX-License-Identifier: BSD-2-Clause
#include "svg.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>

#define FONT "sans-serif"
#define GOLDEN_ANGLE 137.50776405 /* degrees; 360 (2 - golden ratio) */

/* Turns by which an arc reaches below the next one: edges that only touch let
 * the white behind them shine through. */
#define OVERLAP 0.0003

static void put_escaped(FILE *to, const char *text)
{
	for (; *text; text++)
		switch (*text) {
		case '&':
			fputs("&amp;", to);
			break;
		case '<':
			fputs("&lt;", to);
			break;
		case '>':
			fputs("&gt;", to);
			break;
		case '"':
			fputs("&quot;", to);
			break;
		default: /* XML has no other control characters at all */
			putc((unsigned char)*text < ' ' ? '?' : *text, to);
		}
}

static void put_element(FILE *to, const char *name, const char *text)
{
	fprintf(to, "<%s>", name);
	put_escaped(to, text);
	fprintf(to, "</%s>", name);
}

void svg_begin(FILE *to, double width, double height, const char *title)
{
	fprintf(to,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
		"height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" "
		"font-family=\"" FONT "\" font-size=\"13\">\n",
		width, height, width, height);
	put_element(to, "title", title);
	fputs("\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
	      to);
}

void svg_end(FILE *to)
{
	fputs("</svg>\n", to);
}

void svg_text(FILE *to, double x, double y, const char *attributes,
	      const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(to, "<text x=\"%.0f\" y=\"%.0f\"%s%s>", x, y,
		*attributes ? " " : "", attributes);
	put_escaped(to, text);
	fputs("</text>\n", to);
}

void svg_box(FILE *to, double x, double y, double size,
	     const struct svg_colour *colour)
{
	fprintf(to,
		"<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"%.0f\" "
		"fill=\"%s\"/>\n",
		x, y, size, size, colour->text);
}

static void put_point(FILE *to, const struct svg_circle *c, double turns)
{
	const double angle = 2 * M_PI * turns;

	fprintf(to, "%.2f %.2f", c->x + c->radius * sin(angle),
		c->y - c->radius * cos(angle));
}

void svg_arc(FILE *to, const struct svg_circle *c, double from, double till,
	     const struct svg_colour *colour, const char *label)
{
	const char *name = "path";

	till += OVERLAP;
	if (till - from >= 1) { /* an arc cannot end where it began */
		name = "circle";
		fprintf(to, "<circle cx=\"%.0f\" cy=\"%.0f\" r=\"%.0f\"", c->x,
			c->y, c->radius);
	} else {
		fputs("<path d=\"M", to);
		put_point(to, c, from);
		fprintf(to, "A%.0f %.0f 0 %d 1 ", c->radius, c->radius,
			till - from > 0.5);
		put_point(to, c, till);
		putc('"', to);
	}
	fprintf(to, " fill=\"none\" stroke=\"%s\" stroke-width=\"%.0f\"",
		colour->text, c->width);
	if (label) {
		putc('>', to);
		put_element(to, "title", label);
		fprintf(to, "</%s>\n", name);
	} else {
		fputs("/>\n", to);
	}
}

/*
 * Colours.
 */

/* One of red, green and blue (@offset 0, 8, 4) of hue, saturation, lightness:
 * CSS Color Module Level 3, section 4.2.4, in the form without branches. */
static int channel(double offset, double hue, double saturation,
		   double lightness)
{
	const double k = fmod(offset + hue / 30, 12);
	const double a = saturation * fmin(lightness, 1 - lightness);

	return lround(255 *
		      (lightness - a * fmax(-1, fmin(fmin(k - 3, 9 - k), 1))));
}

/* Neighbours of the series are far apart in hue, and neighbours in hue differ
 * in lightness.  Yellow and green look lighter than they are. */
struct svg_colour svg_colour(size_t i)
{
	static const double lightnesses[] = { 0.48, 0.34, 0.60 };
	const double hue = fmod(GOLDEN_ANGLE * i + 210, 360);
	const double bright = hue > 45 && hue < 195 ? 0.8 : 1;
	const double lightness = lightnesses[i / 3 % 3] * bright;
	struct svg_colour colour;

	snprintf(colour.text, sizeof(colour.text), "#%02x%02x%02x",
		 channel(0, hue, 0.65, lightness) & 0xff,
		 channel(8, hue, 0.65, lightness) & 0xff,
		 channel(4, hue, 0.65, lightness) & 0xff);
	return colour;
}
