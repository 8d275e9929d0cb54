/* The gate of benchmarks/gate.yaml and nothing else: the limit that a general simulator is measured against.
 *
 *     gate TRUCKS SEED   prints one line of JSON.
 *
 * An event-driven program like the engines it is compared with: a binary heap of (time, what), a line for each
 * station, first come first served, statistics of every visit. It draws, like them, by quantile tables (a ziggurat
 * and exp() were tried and are slower). What it need not do: calendars, room, patience, priorities, sharing of
 * staff, choosing among ties, and chance that belongs to a truck.
 *
 * Time is in whole milliseconds. An event is one word, 44 bits of time above 16 of truck and 4 of station, so the
 * heap compares and moves words; that does for 65,536 trucks inside at once and for 500 years.
 */
#define _POSIX_C_SOURCE 199309L
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BARRIER, DOCS, REG, YELLOW, RED, QUAR, PAY, YARD, EXIT, STATIONS, GATE = STATIONS };
enum { GREEN_CHANNEL, YELLOW_CHANNEL, RED_CHANNEL };

static const struct { const char *name; int servers; double mean, cv; } PLAN[STATIONS] = {
    {"barrier", 4, 2.0, 0.5}, {"docs", 6, 3.5, 0.7}, {"reg", 8, 4.5, 0.7},
    {"yellow", 8, 15.0, 0.8}, {"red", 8, 45.0, 0.6}, {"quar", 6, 8.0, 0.6},
    {"pay", 6, 3.0, 0.0 /* exponential */}, {"yard", 24, 14.0, 0.5}, {"exit", 4, 2.0, 0.5},
};
static const double GAP = 0.75, MINUTE = 60000.0; /* [min], [ms] */

/* ---- chance: xoshiro256+ (Blackman, Vigna 2018) and quantile tables ---- */

static uint64_t s0, s1, s2, s3;

static inline uint64_t draw(void)
{
    uint64_t drawn = s0 + s3, t = s1 << 17;
    s2 ^= s0; s3 ^= s1; s1 ^= s2; s0 ^= s3;
    s2 ^= t; s3 = (s3 << 45) | (s3 >> 19);
    return drawn;
}

static uint64_t splitmix(uint64_t *x)
{
    uint64_t z = (*x += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* Each side of the median in octaves of probability, each octave in even cells, straight between the nodes. */
enum { CELL_BITS = 5, CELLS = 1 << CELL_BITS, OCTAVES = 26, NODES = CELLS * OCTAVES + 1 };
static float table[STATIONS + 1][2][NODES];

static double normal_quantile(double p)
{
    double low = -9, high = 9;
    for (int n = 0; n < 60; n++) {
        double middle = (low + high) / 2;
        if (erfc(-middle / sqrt(2)) / 2 < p) low = middle; else high = middle;
    }
    return (low + high) / 2;
}

static void fill(void)
{
    for (int node = 0; node < NODES; node++) {
        double tail = pow(0.5, node / CELLS + 1) * (1 - node % CELLS / (2.0 * CELLS));
        double z = normal_quantile(tail);
        for (int n = 0; n <= STATIONS; n++) {
            double mean = n == GATE ? GAP : PLAN[n].mean, cv = n == GATE ? 0 : PLAN[n].cv;
            double sigma = sqrt(log(1 + cv * cv)), mu = log(mean) - sigma * sigma / 2;
            table[n][0][node] = (float)(MINUTE * (cv > 0 ? exp(mu + sigma * z) : -mean * log1p(-tail)));
            table[n][1][node] = (float)(MINUTE * (cv > 0 ? exp(mu - sigma * z) : -mean * log(tail)));
        }
    }
}

static inline int64_t duration(int station)
{
    uint64_t u = draw();
    int side = (int)(u >> 63);
    u = u << 1 | (uint64_t)1 << (64 - OCTAVES);        /* the octave: leading zeros, fewer than OCTAVES */
    int octave = __builtin_clzll(u);
    u = ~(u << octave << 1);                           /* how far into the octave, from the median's side */
    int node = octave << CELL_BITS | (int)(u >> (64 - CELL_BITS));
    float part = (float)(uint32_t)((u << CELL_BITS) >> 40) * 0x1p-24f;
    const float *q = &table[station][side][node];
    return (int64_t)(q[0] + part * (q[1] - q[0]) + 0.5f);
}

/* ---- what is going on ---- */

typedef uint64_t event;
enum { SLOTS = 1 << 16 };

struct truck { int64_t arrived, joined; uint32_t behind; uint8_t channel, quarantine; };
static struct truck truck[SLOTS];
static uint32_t spare[SLOTS], spares;

static struct { uint32_t first, last, waiting; int free; uint64_t visits; int64_t waited; } line[STATIONS];

static event heap[128];                                /* 74 servers and the next arrival, and room behind */
static uint32_t events;                                /* heap[1] … heap[events] */

static inline event at(int64_t when, uint32_t what, int station)
{
    return (event)when << 20 | what << 4 | (uint32_t)station;
}

static inline void sink(event e)                       /* e instead of the first */
{
    uint32_t hole = 1, child;
    while ((child = 2 * hole) <= events) {
        child += heap[child + 1] < heap[child];        /* the word behind the last is the largest */
        if (heap[child] >= e) break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = e;
}

static inline void push(event e)
{
    uint32_t hole = ++events;
    while (hole > 1 && heap[hole / 2] > e) {
        heap[hole] = heap[hole / 2];
        hole /= 2;
    }
    heap[hole] = e;
}

static inline void pop(void)
{
    event last = heap[events];
    heap[events--] = UINT64_MAX;
    if (events) sink(last);
}

/* ---- the times in the system: logarithmic cells of 2^-7 of an octave ---- */

enum { FINE = 7, BINS = 64 << FINE };
static uint64_t histogram[BINS];

static inline int cell(int64_t value)
{
    if (value < 1 << FINE) return (int)value;
    int shift = 63 - __builtin_clzll((uint64_t)value) - FINE;
    return ((shift + 1) << FINE) + (int)((value >> shift) - (1 << FINE));
}

static double least(int bin)                           /* value of a cell */
{
    if (bin < 1 << FINE) return bin;
    return ldexp((bin & ((1 << FINE) - 1)) + (1 << FINE), (bin >> FINE) - 1);
}

static double quantile(double share, uint64_t count)
{
    double wanted = share * (double)count, seen = 0;
    int bin = -1;
    do seen += (double)histogram[++bin]; while (seen < wanted);
    double before = (seen - wanted) / (double)histogram[bin];
    return least(bin + 1) - before * (least(bin + 1) - least(bin));
}

/* ---- the gate ---- */

static int hole;                                       /* the first event has happened and was not replaced */

static inline void plan(event e)
{
    if (hole) { hole = 0; sink(e); } else push(e);
}

static inline void start(int64_t now, uint32_t who, int station)
{
    line[station].visits++;
    line[station].waited += now - truck[who].joined;
    plan(at(now + duration(station), who, station));
}

static inline void join(int64_t now, uint32_t who, int station)
{
    truck[who].joined = now;
    if (line[station].free) {
        line[station].free--;
        start(now, who, station);
    } else {
        if (line[station].waiting++) truck[line[station].last].behind = who; else line[station].first = who;
        line[station].last = who;
    }
}

static inline int onward(const struct truck *t, int station)
{
    if (station == REG && t->channel != GREEN_CHANNEL) return t->channel == YELLOW_CHANNEL ? YELLOW : RED;
    if (station >= REG && station <= RED) return t->quarantine ? QUAR : PAY;
    return station + 1;
}

static uint32_t born(int64_t now)
{
    if (!spares) { fprintf(stderr, "more than %d trucks inside\n", SLOTS); exit(1); }
    uint32_t who = spare[--spares];
    uint64_t u = draw();
    uint32_t channel = (uint32_t)(u >> 32), quarantine = (uint32_t)u;
    truck[who].arrived = now;
    truck[who].channel = (uint8_t)((channel >= 0.6 * 0x1p32) + (channel >= 0.9 * 0x1p32));
    truck[who].quarantine = quarantine < 0.4 * 0x1p32;
    return who;
}

int main(int words, char **word)
{
    uint64_t trucks = words > 1 ? strtoull(word[1], NULL, 10) : 0, seed = words > 2 ? strtoull(word[2], NULL, 10) : 1;
    if (trucks < 1 || trucks > 300000000) { fputs("usage: gate TRUCKS SEED (1 to 300,000,000 trucks)\n", stderr); return 2; }
    s0 = splitmix(&seed); s1 = splitmix(&seed); s2 = splitmix(&seed); s3 = splitmix(&seed);
    struct timespec begun, done;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begun);

    fill();
    for (int n = 0; n < STATIONS; n++) line[n].free = PLAN[n].servers;
    while (spares < SLOTS) { spare[spares] = SLOTS - 1 - spares; spares++; }
    memset(heap, 0xff, sizeof heap);
    uint64_t coming = trucks, completed = 0;
    int64_t inside = 0;
    push(at(duration(GATE), 0, GATE));
    while (events) {
        event e = heap[1];
        int64_t now = (int64_t)(e >> 20);
        int station = (int)(e & 15);
        hole = 1;
        if (station == GATE) {
            if (--coming) plan(at(now + duration(GATE), 0, GATE));
            join(now, born(now), BARRIER);
        } else {
            uint32_t who = (uint32_t)(e >> 4) & (SLOTS - 1);
            if (line[station].waiting) {
                uint32_t next = line[station].first;
                line[station].waiting--;
                line[station].first = truck[next].behind;
                start(now, next, station);
            } else {
                line[station].free++;
            }
            if (station == EXIT) {
                int64_t took = now - truck[who].arrived;
                completed++;
                inside += took;
                histogram[cell(took)]++;
                spare[spares++] = who;
            } else {
                join(now, who, onward(&truck[who], station));
            }
        }
        if (hole) { hole = 0; pop(); }
    }
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &done);

    double seconds = (double)(done.tv_sec - begun.tv_sec) + 1e-9 * (double)(done.tv_nsec - begun.tv_nsec);
    printf("{\"seconds\": %.6f, \"completed\": %llu, \"mean\": %.6f, \"p95\": %.6f, \"waits\": {", seconds,
           (unsigned long long)completed, (double)inside / (double)completed / MINUTE,
           quantile(0.95, completed) / MINUTE);
    for (int n = 0; n < STATIONS; n++)
        printf("%s\"%s\": %.6f", n ? ", " : "", PLAN[n].name,
               line[n].visits ? (double)line[n].waited / (double)line[n].visits / MINUTE : 0.0);
    printf("}}\n");
    return 0;
}
