// SPDX-License-Identifier: BSD-2-Clause
#include "ring_picture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "backends.h"
#include "out.h"
#include "svg.h"

/* More arcs than this nobody can see; then so many slots are drawn, at equal
 * distances. */
#define RUNS_MAX 1000
#define SAMPLES 720

#define LEGEND_MAX 40
#define SHARE_ARCS_MAX 1000 /* backends after these share an arc */

/* Where things are. */
#define MARGIN 24
#define TITLE_Y 42
#define SUBTITLE_Y 66
#define CENTRE_X 244
#define CENTRE_Y 316
#define CAPTION_Y 570
#define LEGEND_X 510
#define LEGEND_Y 104
#define LINE_HEIGHT 20
#define WIDTH_MIN 1000
#define HEIGHT_MIN 630
#define CHAR_WIDTH 8 /* of 13 pixel monospace, which has 7.8 */
#define SWATCH 13
#define GREY "fill=\"#555555\""

static const struct svg_circle slots_circle = { CENTRE_X, CENTRE_Y, 200, 36 };
static const struct svg_circle shares_circle = { CENTRE_X, CENTRE_Y, 146, 48 };
static const struct svg_colour nobody = { "#cccccc" };

/*
 * Backends by name: an owner is a place in this order.
 */

struct entry {
	const json_t *figures; /* of RING's backends */
	size_t index;	       /* in the pool */
	uint32_t nslots;
	double share;
};

struct roster {
	struct entry *entries;
	size_t n;	  /* the place of nobody */
	uint32_t nobodys; /* slots */
	uint32_t nslots;
};

/* 2 before 10. */
static int by_name(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strverscmp(out_text(x->figures, "name", ""),
			  out_text(y->figures, "name", ""));
}

static int make_roster(struct roster *r, const struct ring_source *s,
		       const json_t *ring)
{
	const json_t *backends = json_object_get(ring, "backends"), *b;
	size_t i;

	*r = (struct roster){ .nobodys = s->nslots, .nslots = s->nslots };
	r->entries = calloc(s->pool.nbackends + 1, sizeof(*r->entries));
	if (!r->entries || json_array_size(backends) != s->pool.nbackends)
		return -ENOMEM;
	json_array_foreach(backends, i, b) {
		struct entry *e = &r->entries[r->n++];

		e->figures = b;
		e->index = i;
		e->nslots = out_whole(b, "slots");
		e->share = json_number_value(json_object_get(b, "share"));
		r->nobodys -= e->nslots;
	}
	qsort(r->entries, r->n, sizeof(*r->entries), by_name);
	return 0;
}

/*
 * The outer ring.
 */

/* For each index of the table the place of its member. */
static uint32_t *places_of(const struct ring_source *s, const struct roster *r)
{
	uint32_t *by_index = malloc((r->n + 1) * sizeof(*by_index));
	uint32_t *places = malloc((r->n + 1) * sizeof(*places));

	for (size_t i = 0; by_index && i < r->n; i++)
		by_index[r->entries[i].index] = i;
	for (uint32_t i = 0; by_index && places && i < s->table->nmembers;
	     i++) {
		const struct model_backend *b = s->table->members[i].data;

		places[i] = by_index[b - s->pool.backends];
	}
	if (!by_index) {
		free(places);
		places = NULL;
	}
	free(by_index);
	return places;
}

static uint32_t count_runs(const struct ring_table *t)
{
	uint32_t n = 1;

	for (uint32_t i = 1; i < t->nslots; i++)
		n += t->slots[i] != t->slots[i - 1];
	return n;
}

static void draw_pieces(FILE *to, const uint32_t *owners, uint32_t n,
			size_t nobodys_place)
{
	uint32_t from = 0;

	for (uint32_t i = 1; i <= n; i++) {
		struct svg_colour colour = nobody;

		if (i < n && owners[i] == owners[from])
			continue;
		if (owners[from] < nobodys_place)
			colour = svg_colour(owners[from]);
		svg_arc(to, &slots_circle, (double)from / n, (double)i / n,
			&colour, NULL);
		from = i;
	}
}

/* The place of a sample is one that has been read. */
static void draw_samples(FILE *to, uint32_t *owners, uint32_t nslots,
			 size_t nobodys_place)
{
	for (uint64_t i = 0; i < SAMPLES; i++)
		owners[i] = owners[i * nslots / SAMPLES];
	draw_pieces(to, owners, SAMPLES, nobodys_place);
}

static int draw_slots(FILE *to, const struct ring_source *s,
		      const struct roster *r)
{
	const struct ring_table *t = s->table;
	uint32_t *places, *owners;
	int err = -ENOMEM;

	if (!t) {
		svg_arc(to, &slots_circle, 0, 1, &nobody, NULL);
		return 0;
	}
	places = places_of(s, r);
	owners = malloc(t->nslots * sizeof(*owners));
	if (places && owners) {
		for (uint32_t i = 0; i < t->nslots; i++)
			owners[i] = t->slots[i] == RING_NOBODY
					    ? r->n
					    : places[t->slots[i]];
		if (count_runs(t) > RUNS_MAX)
			draw_samples(to, owners, t->nslots, r->n);
		else
			draw_pieces(to, owners, t->nslots, r->n);
		err = 0;
	}
	free(places);
	free(owners);
	return err;
}

/*
 * The inner ring.
 */

static void draw_shares(FILE *to, const struct roster *r)
{
	uint32_t from = 0; /* in slots: shares do not add up to 1 exactly */
	char label[128];

	for (size_t i = 0; i < r->n && i < SHARE_ARCS_MAX; i++) {
		const struct entry *e = &r->entries[i];
		const struct svg_colour colour = svg_colour(i);

		if (!e->nslots)
			continue;
		snprintf(label, sizeof(label), "%s: %.2f%%",
			 out_text(e->figures, "name", "-"), 100 * e->share);
		svg_arc(to, &shares_circle, (double)from / r->nslots,
			(double)(from + e->nslots) / r->nslots, &colour, label);
		from += e->nslots;
	}
	if (from < r->nslots) /* nobody's, or of too many to be seen */
		svg_arc(to, &shares_circle, (double)from / r->nslots, 1,
			&nobody, NULL);
}

/*
 * The table beside them.
 */

enum { NAME, WEIGHT, SLOTS, SHARE, EXPECTED, RATIO, NCOLUMNS };

struct row {
	char cells[NCOLUMNS][NAME_LEN];
	struct svg_colour colour; /* "": none */
};

struct legend {
	/* Heading, backends, how many more there are, nobody. */
	struct row rows[1 + LEGEND_MAX + 2];
	size_t nrows;
	double right[NCOLUMNS]; /* end of each column */
};

#define CELL(row, column, ...) \
	snprintf((row)->cells[column], sizeof((row)->cells[column]), \
		 __VA_ARGS__)

static struct row *add_row(struct legend *l, const char *name)
{
	struct row *r = &l->rows[l->nrows++];

	*r = (struct row){ 0 };
	CELL(r, NAME, "%s", name);
	return r;
}

static void add_heading(struct legend *l)
{
	static const char *const names[] = { "BACKEND", "WEIGHT",   "SLOTS",
					     "SHARE",	"EXPECTED", "RATIO" };
	struct row *r = add_row(l, names[NAME]);

	for (size_t c = WEIGHT; c < NCOLUMNS; c++)
		CELL(r, c, "%s", names[c]);
}

static void add_slots(struct row *r, uint32_t nslots, double share)
{
	CELL(r, SLOTS, "%u", nslots);
	CELL(r, SHARE, "%.2f%%", 100 * share);
}

static void add_backend(struct legend *l, const struct entry *e, size_t place)
{
	const json_t *b = e->figures, *ratio = json_object_get(b, "ratio");
	struct row *r = add_row(l, out_text(b, "name", "-"));
	char weight[WEIGHT_TEXT_LEN];

	r->colour = svg_colour(place);
	CELL(r, WEIGHT, "%s", backend_weight(b, weight));
	add_slots(r, e->nslots, e->share);
	CELL(r, EXPECTED, "%.2f%%",
	     100 * json_number_value(json_object_get(b, "expected")));
	if (json_is_number(ratio))
		CELL(r, RATIO, "%.2f", json_number_value(ratio));
	else
		CELL(r, RATIO, "-"); /* of weight 0 */
}

static void align(struct legend *l)
{
	double x = LEGEND_X + SWATCH;

	for (size_t c = 0; c < NCOLUMNS; c++) {
		size_t widest = 0;

		for (size_t r = 0; r < l->nrows; r++)
			if (strlen(l->rows[r].cells[c]) > widest)
				widest = strlen(l->rows[r].cells[c]);
		x += (widest + 2) * CHAR_WIDTH;
		l->right[c] = x;
	}
}

static void fill_legend(struct legend *l, const struct roster *r)
{
	struct row *row;

	l->nrows = 0;
	add_heading(l);
	for (size_t i = 0; i < r->n && i < LEGEND_MAX; i++)
		add_backend(l, &r->entries[i], i);
	if (r->n > LEGEND_MAX) {
		row = add_row(l, "");
		CELL(row, NAME, "and %zu more", r->n - LEGEND_MAX);
	}
	if (r->nobodys) {
		row = add_row(l, "nobody");
		row->colour = nobody;
		add_slots(row, r->nobodys, (double)r->nobodys / r->nslots);
	}
	align(l);
}

static void draw_row(FILE *to, const struct legend *l, size_t i)
{
	const struct row *r = &l->rows[i];
	const double y = LEGEND_Y + i * LINE_HEIGHT;

	if (*r->colour.text)
		svg_box(to, LEGEND_X, y - SWATCH + 2, SWATCH, &r->colour);
	svg_text(to, LEGEND_X + SWATCH + CHAR_WIDTH, y, "", "%s",
		 r->cells[NAME]);
	for (size_t c = WEIGHT; c < NCOLUMNS; c++)
		if (*r->cells[c])
			svg_text(to, l->right[c], y, "text-anchor=\"end\"",
				 "%s", r->cells[c]);
}

/* A group for each row: so that programs can count them, too. */
static void draw_legend(FILE *to, const struct legend *l)
{
	fputs("<g id=\"legend\" font-family=\"monospace\">\n", to);
	for (size_t i = 0; i < l->nrows; i++) {
		fputs(i ? "<g>\n" : "<g " GREY ">\n", to);
		draw_row(to, l, i);
		fputs("</g>\n", to);
	}
	fputs("</g>\n", to);
}

/*
 * The whole.
 */

static void draw_centre(FILE *to, size_t nbackends)
{
	svg_text(to, CENTRE_X, CENTRE_Y,
		 "font-size=\"34\" text-anchor=\"middle\"", "%zu", nbackends);
	svg_text(to, CENTRE_X, CENTRE_Y + LINE_HEIGHT,
		 GREY " text-anchor=\"middle\"",
		 nbackends == 1 ? "backend" : "backends");
}

static void draw_captions(FILE *to, const struct ring_source *s)
{
	const bool samples = s->table && count_runs(s->table) > RUNS_MAX;

	svg_text(to, MARGIN, CAPTION_Y, GREY,
		 "Outside: slots 0 to %u, clockwise from the top%s",
		 s->nslots - 1, samples ? ";" : "");
	if (samples)
		svg_text(to, MARGIN, CAPTION_Y + LINE_HEIGHT, GREY,
			 "samples, %u of them at equal distances", SAMPLES);
	svg_text(to, MARGIN, CAPTION_Y + (1 + samples) * LINE_HEIGHT, GREY,
		 "Inside: shares, in the order of the table");
}

static void begin(FILE *to, const struct legend *l, const json_t *ring)
{
	const double width = l->right[NCOLUMNS - 1] + MARGIN;
	const double height = LEGEND_Y + l->nrows * LINE_HEIGHT + MARGIN;
	char title[128];

	snprintf(title, sizeof(title), "Ring of pool %s",
		 out_text(ring, "pool", "-"));
	svg_begin(to, width > WIDTH_MIN ? width : WIDTH_MIN,
		  height > HEIGHT_MIN ? height : HEIGHT_MIN, title);
	svg_text(to, MARGIN, TITLE_Y, "font-size=\"22\" font-weight=\"bold\"",
		 "%s", title);
	svg_text(to, MARGIN, SUBTITLE_Y, GREY,
		 "algorithm %s, %lld slots, digest %s",
		 out_text(ring, "algorithm", "-"),
		 (long long)out_whole(ring, "slots"),
		 out_text(ring, "digest", "-"));
}

int ring_picture_write(FILE *to, const struct ring_source *s,
		       const json_t *ring)
{
	struct legend legend;
	struct roster roster;
	int err = make_roster(&roster, s, ring);

	if (!err) {
		fill_legend(&legend, &roster);
		begin(to, &legend, ring);
		err = draw_slots(to, s, &roster);
		draw_shares(to, &roster);
		draw_centre(to, roster.n);
		draw_captions(to, s);
		draw_legend(to, &legend);
		svg_end(to);
	}
	free(roster.entries);
	return err;
}
