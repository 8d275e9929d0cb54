// The gate of benchmarks/gate.yaml and nothing else, as one writes it in C++ with what the standard library has:
// a priority queue of events, a queue of trucks before each station, the library's distributions.
//
//     gate TRUCKS SEED   prints one line of JSON.
//
// gate.c is the same gate written for speed alone. Time is in minutes.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <random>
#include <vector>

enum { BARRIER, DOCS, REG, YELLOW, RED, QUAR, PAY, YARD, EXIT, STATIONS };

static const struct { const char *name; int servers; double mean, cv; } PLAN[STATIONS] = {
    {"barrier", 4, 2.0, 0.5}, {"docs", 6, 3.5, 0.7}, {"reg", 8, 4.5, 0.7},
    {"yellow", 8, 15.0, 0.8}, {"red", 8, 45.0, 0.6}, {"quar", 6, 8.0, 0.6},
    {"pay", 6, 3.0, 0.0 /* exponential */}, {"yard", 24, 14.0, 0.5}, {"exit", 4, 2.0, 0.5},
};
static const double GAP = 0.75;

struct Truck {
    double arrived, joined;
    bool yellow, red, quarantine;
};

struct Event {
    double time;
    int station;  // where service ends; a truck arrives if negative
    Truck *truck;
    bool operator<(const Event &other) const { return time > other.time; }  // the earliest is the greatest
};

struct Station {
    std::lognormal_distribution<double> service;
    int free;
    std::queue<Truck *> line;
    std::uint64_t visits;
    double waited;
};

class Gate {
  public:
    Gate(std::uint64_t trucks, std::uint64_t seed) : random(seed), coming(trucks)
    {
        for (const auto &plan : PLAN) {
            double variance = std::log(1 + plan.cv * plan.cv);
            std::lognormal_distribution<double> service(std::log(plan.mean) - variance / 2, std::sqrt(variance));
            stations.push_back({service, plan.servers, {}, 0, 0});
        }
        times.reserve(trucks);
    }

    void run()
    {
        events.push({gap(random), -1, nullptr});
        while (!events.empty()) {
            Event event = events.top();
            events.pop();
            now = event.time;
            if (event.station < 0) arrive(); else finish(event.station, event.truck);
        }
    }

    std::vector<Station> stations;
    std::vector<double> times;

  private:
    std::mt19937_64 random;
    std::uint64_t coming;
    double now = 0;
    std::exponential_distribution<double> gap{1 / GAP}, payment{1 / PLAN[PAY].mean};
    std::uniform_real_distribution<double> uniform{0, 1};
    std::priority_queue<Event> events;

    void arrive()
    {
        if (--coming) events.push({now + gap(random), -1, nullptr});
        double channel = uniform(random);
        join(BARRIER, new Truck{now, now, channel >= 0.6 && channel < 0.9, channel >= 0.9, uniform(random) < 0.4});
    }

    void join(int number, Truck *truck)
    {
        truck->joined = now;
        if (stations[number].free) {
            stations[number].free--;
            start(number, truck);
        } else {
            stations[number].line.push(truck);
        }
    }

    void start(int number, Truck *truck)
    {
        Station &station = stations[number];
        station.visits++;
        station.waited += now - truck->joined;
        events.push({now + (number == PAY ? payment(random) : station.service(random)), number, truck});
    }

    void finish(int number, Truck *truck)
    {
        Station &station = stations[number];
        if (station.line.empty()) {
            station.free++;
        } else {
            Truck *next = station.line.front();
            station.line.pop();
            start(number, next);
        }
        if (number == EXIT) {
            times.push_back(now - truck->arrived);
            delete truck;
        } else {
            join(onward(number, *truck), truck);
        }
    }

    static int onward(int number, const Truck &truck)
    {
        if (number == REG && truck.yellow) return YELLOW;
        if (number == REG && truck.red) return RED;
        if (number >= REG && number <= RED) return truck.quarantine ? QUAR : PAY;
        return number + 1;
    }
};

int main(int words, char **word)
{
    std::uint64_t trucks = words > 1 ? std::strtoull(word[1], nullptr, 10) : 0;
    std::uint64_t seed = words > 2 ? std::strtoull(word[2], nullptr, 10) : 1;
    if (trucks < 1 || trucks > 300000000) {
        std::fputs("usage: gate TRUCKS SEED (1 to 300,000,000 trucks)\n", stderr);
        return 2;
    }
    std::clock_t begun = std::clock();
    Gate gate(trucks, seed);
    gate.run();
    double sum = 0;
    for (double time : gate.times) sum += time;
    auto p95 = gate.times.begin() + static_cast<std::ptrdiff_t>(std::ceil(0.95 * static_cast<double>(trucks))) - 1;
    std::nth_element(gate.times.begin(), p95, gate.times.end());
    double seconds = static_cast<double>(std::clock() - begun) / CLOCKS_PER_SEC;

    std::printf("{\"seconds\": %.6f, \"completed\": %llu, \"mean\": %.6f, \"p95\": %.6f, \"waits\": {", seconds,
                static_cast<unsigned long long>(gate.times.size()), sum / static_cast<double>(trucks), *p95);
    for (int n = 0; n < STATIONS; n++) {
        const Station &station = gate.stations[n];
        std::printf("%s\"%s\": %.6f", n ? ", " : "", PLAN[n].name,
                    station.visits ? station.waited / static_cast<double>(station.visits) : 0.0);
    }
    std::printf("}}\n");
    return 0;
}
