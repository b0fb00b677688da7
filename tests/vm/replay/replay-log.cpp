// SPDX-License-Identifier: GPL-2.0-or-later
// replay-log: crash states of a volume from what was recorded while it was written to
// (docs/crash-consistency.md). Runs on the host.
//
//   replay-log check DIR [lacking=MARK] [seed=N]
//       the invariants of the metadata at every moment
//   replay-log points DIR COUNT [from=MARK] [seed=N]
//       points to try, a line each; COUNT 0: every FLUSH and FUA of the data
//   replay-log lay DIR POINT DATA META [seed=N]
//       a crash state into two files, whose inodes stay; says which
//   replay-log each DIR COUNT [from=MARK] [seed=N] -- COMMAND...
//       lays one into DIR/crash.data and DIR/crash.meta for each point and runs the command,
//       which finds the last mark before it in $CRASH_MARK; ends at the first that fails
//   replay-log list DIR
//       the events, for people
//
// DIR holds data.log and meta.log (of dm-log-writes), trace, devices (how the trace calls the two:
// data, meta) and data.base and meta.base, the disks as they were before.
#include "invariants.hpp"
#include "points.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

using namespace replay;

namespace {

constexpr std::uint32_t data_unit = 8, meta_unit = 1;  // sectors that are not torn apart
constexpr std::size_t chunk = 65536;

[[noreturn]] void fail(const std::string &what, const std::string &path)
{
    throw Bad(fmt::format("{} {}: {}", what, path, std::strerror(errno)));
}

class File {
public:
    File(const std::string &path, int flags) : path_(path), fd_(open(path.c_str(), flags | O_CLOEXEC, 0644))
    {
        if (fd_ < 0)
            fail("cannot open", path);
    }
    ~File() { close(fd_); }
    File(const File &) = delete;
    File &operator=(const File &) = delete;

    std::size_t size() const
    {
        struct stat status;

        if (fstat(fd_, &status))
            fail("cannot stat", path_);
        return static_cast<std::size_t>(status.st_size);
    }

    // For as long as the program runs.
    Bytes map() const
    {
        std::size_t bytes = size();
        void *at = bytes ? mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, fd_, 0) : nullptr;

        if (at == MAP_FAILED)
            fail("cannot map", path_);
        return {static_cast<const std::byte *>(at), bytes};
    }

    // All of it; zeroes become holes.
    void replace(Bytes content) const
    {
        if (ftruncate(fd_, 0) || ftruncate(fd_, static_cast<off_t>(content.size())))
            fail("cannot truncate", path_);
        for (std::size_t at = 0; at < content.size(); at += chunk) {
            Bytes part = content.subspan(at, std::min(chunk, content.size() - at));

            if (std::ranges::all_of(part, [](std::byte byte) { return byte == std::byte{}; }))
                continue;
            if (pwrite(fd_, part.data(), part.size(), static_cast<off_t>(at)) != static_cast<ssize_t>(part.size()))
                fail("cannot write", path_);
        }
    }

private:
    std::string path_;
    int fd_;
};

std::string read_text(const std::string &path)
{
    std::ifstream file(path);
    std::ostringstream text;

    if (!(text << file.rdbuf()))
        throw Bad("cannot read " + path);
    return text.str();
}

std::vector<std::byte> read_image(const std::string &path)
{
    Bytes bytes = File(path, O_RDONLY).map();

    return {bytes.begin(), bytes.end()};
}

History read_history(const std::string &dir)
{
    std::array<std::string, devices> names;
    std::istringstream(read_text(dir + "/devices")) >> names[data_device] >> names[meta_device];

    return make_history(parse_trace(read_text(dir + "/trace")), names,
                        {parse_log(File(dir + "/data.log", O_RDONLY).map()),
                         parse_log(File(dir + "/meta.log", O_RDONLY).map())});
}

std::array<Disk, devices> read_disks(const std::string &dir, const History &history)
{
    return {Disk(history, data_device, read_image(dir + "/data.base"), data_unit),
            Disk(history, meta_device, read_image(dir + "/meta.base"), meta_unit)};
}

std::uint64_t number(const std::string &text)
{
    std::uint64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);

    if (text.empty() || error != std::errc{} || *end)
        throw Bad(fmt::format("not a number: '{}'", text));
    return value;
}

// Words KEY=VALUE, the others, and what follows --.
struct Arguments {
    std::map<std::string, std::string> options;
    std::vector<std::string> words;
    std::vector<std::string> command;

    Arguments(int argc, char **argv)
    {
        for (int i = 1; i < argc; i++) {
            std::string word = argv[i];

            if (word == "--") {
                command.assign(argv + i + 1, argv + argc);
                return;
            }
            if (std::size_t equals = word.find('='); equals != word.npos)
                options[word.substr(0, equals)] = word.substr(equals + 1);
            else
                words.push_back(word);
        }
    }

    std::uint64_t seed() const { return options.contains("seed") ? number(options.at("seed")) : 1; }

    Point mark(const History &history, const std::string &key, Point otherwise) const
    {
        return options.contains(key) ? history.after(options.at(key)) : otherwise;
    }
};

void lay_crash(std::array<Disk, devices> &disks, const Crash &crash,
               const std::array<const File *, devices> &files)
{
    for (Device device : {data_device, meta_device}) {
        Disk::Overlay state(disks[device], crash.pieces[device]);
        files[device]->replace(disks[device].image());
    }
}

void advance(std::array<Disk, devices> &disks, Point point)
{
    for (Disk &disk : disks)
        disk.advance(point);
}

int check(const Arguments &arguments)
{
    History history = read_history(arguments.words[1]);
    auto disks = read_disks(arguments.words[1], history);
    Invariants invariants(history, disks[data_device], disks[meta_device],
                          arguments.mark(history, "lacking", never), arguments.seed());

    invariants.run();
    auto &counts = invariants.counts();
    fmt::print("{} points, {} states of the metadata opened, {} data writes, {} metadata writes: {} faults\n",
               counts.points, counts.states, counts.data_writes, counts.meta_writes, counts.faults);
    for (const std::string &fault : invariants.faults())
        fmt::print("{}\n", fault);
    return counts.faults ? 1 : 0;
}

std::vector<Point> wanted_points(const Arguments &arguments, const History &history)
{
    return choose_points(history, arguments.mark(history, "from", 0), number(arguments.words[2]), arguments.seed());
}

int points(const Arguments &arguments)
{
    History history = read_history(arguments.words[1]);

    for (Point point : wanted_points(arguments, history))
        fmt::print("{}\n", point);
    return 0;
}

int lay_one(const Arguments &arguments)
{
    History history = read_history(arguments.words[1]);
    auto disks = read_disks(arguments.words[1], history);
    std::uint64_t point = number(arguments.words[2]);

    if (point > history.length())
        throw Bad(fmt::format("there are {} events, no point {}", history.length(), point));
    advance(disks, static_cast<Point>(point));
    Crash crash = make_crash(history, disks, arguments.seed());
    File data(arguments.words[3], O_RDWR | O_CREAT), meta(arguments.words[4], O_RDWR | O_CREAT);
    lay_crash(disks, crash, {&data, &meta});
    fmt::print("{}\n", crash.story);
    return 0;
}

std::string mark_before(const History &history, Point point)
{
    std::string last;

    for (auto &[at, text] : history.marks)
        if (at <= point)
            last = text;
    return last;
}

int run(const std::vector<std::string> &command)
{
    std::vector<char *> words;
    pid_t pid = fork();

    if (pid < 0)
        fail("cannot start", command[0]);
    if (!pid) {
        for (const std::string &word : command)
            words.push_back(const_cast<char *>(word.c_str()));
        words.push_back(nullptr);
        execvp(words[0], words.data());
        _exit(127);
    }
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int each(const Arguments &arguments)
{
    const std::string &dir = arguments.words[1];
    History history = read_history(dir);
    auto disks = read_disks(dir, history);
    File data(dir + "/crash.data", O_RDWR | O_CREAT), meta(dir + "/crash.meta", O_RDWR | O_CREAT);
    std::uint64_t tried = 0;

    if (arguments.command.empty())
        throw Bad("no command after --");
    for (Point point : wanted_points(arguments, history)) {
        advance(disks, point);
        Crash crash = make_crash(history, disks, arguments.seed() + tried);
        lay_crash(disks, crash, {&data, &meta});
        setenv("CRASH_MARK", mark_before(history, point).c_str(), 1);
        if (int status = run(arguments.command)) {
            fmt::print("status {} from the command at {}\n", status, crash.story);
            return 1;
        }
        tried++;
    }
    fmt::print("{} crash states\n", tried);
    return 0;
}

int list(const Arguments &arguments)
{
    History history = read_history(arguments.words[1]);

    for (Point at = 0; at < history.length(); at++) {
        const Event &event = history.events[at];
        const Write &write = history.writes[event.write];

        fmt::print("{} {} {}{}{} {} + {}\n", at, event.end ? "ends" : "begins",
                   write.device == data_device ? "data" : "meta", write.preflush ? " FLUSH" : "",
                   write.fua ? " FUA" : "", write.sector, write.sectors);
    }
    for (auto &[at, text] : history.marks)
        fmt::print("mark at {}: {}\n", at, text);
    return 0;
}

struct Command {
    const char *name;
    std::size_t words;
    int (*run)(const Arguments &);
};

constexpr Command commands[] = {
    {"check", 2, check}, {"points", 3, points}, {"lay", 5, lay_one}, {"each", 3, each}, {"list", 2, list}};

}  // namespace

int main(int argc, char **argv)
{
    try {
        Arguments arguments(argc, argv);

        for (const Command &command : commands)
            if (!arguments.words.empty() && arguments.words[0] == command.name &&
                arguments.words.size() == command.words)
                return command.run(arguments);
        fmt::print(stderr, "replay-log: usage: see the head of replay-log.cpp\n");
        return 2;
    } catch (const std::exception &error) {
        fmt::print(stderr, "replay-log: {}\n", error.what());
        return 3;
    }
}
