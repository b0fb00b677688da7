// SPDX-License-Identifier: GPL-2.0-or-later
#include "mirrorctl/usage.hpp"

#include "base/nearest.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <optional>

namespace mirrornet::ctl {

namespace {

using Names = std::vector<std::string>;

// Verbs of later versions: whoever looks for one of them did not mistype another.
constexpr std::string_view later_verbs[] = {
    "assess", "bookmark", "candidates", "drill",  "estimate",    "health",
    "inspect", "meta",    "resize",  "seed",     "snapshot", "support",
    "verify"};

std::vector<const CLI::App*> verbs_of(const CLI::App& app)
{
    return app.get_subcommands([](const CLI::App*) { return true; });
}

Names names_of(const std::vector<const CLI::App*>& verbs)
{
    Names names;
    for (const auto* verb : verbs)
        names.push_back(verb->get_name());
    return names;
}

void add_options(const CLI::App& app, Names& names)
{
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames())
            names.push_back("--" + name);
}

// The verb that was typed, as far as it is known, with the program: "mirrorctl node".
struct Typed {
    const CLI::App* verb;
    std::string name;
};

Typed typed(const CLI::App& app)
{
    Typed found{&app, app.get_name()};
    while (!found.verb->get_subcommands().empty()) {
        found.verb = found.verb->get_subcommands().front();
        found.name += " " + found.verb->get_name();
    }
    return found;
}

std::string quoted(const std::string& word)
{
    return "\"" + printable(word, 80) + "\"";
}

std::string perhaps(const std::string& word, const Names& candidates)
{
    const auto meant = nearest(word, candidates);
    return meant.empty() ? "" : "; did you mean \"" + meant + "\"?";
}

std::string see(const Typed& verb)
{
    return "See: " + verb.name + " --help";
}

std::string unknown_option(const Typed& verb, const CLI::App& app, const std::string& word)
{
    const auto option = word.substr(0, word.find('='));
    Names names;
    add_options(*verb.verb, names);
    if (verb.verb != &app)
        add_options(app, names);
    return quoted(verb.name) + " has no option " + quoted(option) + perhaps(option, names) + "\n" +
           see(verb);
}

std::string unknown_verb(const Typed& verb, const CLI::App& app, const std::string& word)
{
    const auto full = verb.verb == &app ? word : verb.verb->get_name() + " " + word;
    if (std::ranges::find(later_verbs, full) != std::end(later_verbs))
        return "the verb " + quoted(full) + " is not in this version\n" + see(verb);
    auto candidates = names_of(verbs_of(*verb.verb));
    if (verb.verb == &app)
        for (const char* asked : {"help", "version"})
            if (word == asked)
                candidates = {std::string("--") + asked};
    return (verb.verb == &app ? "there is no verb " : quoted(verb.name) + " has no verb ") +
           quoted(word) + perhaps(word, candidates) + "\n" + see(verb);
}

std::string no_verb(const Typed& verb)
{
    std::string list;
    for (const auto& name : names_of(verbs_of(*verb.verb)))
        list += (list.empty() ? "" : ", ") + name;
    return "say what to do: " + verb.name + " VERB, which is one of " + list + "\n" + see(verb);
}

// What the library says of an option that was given too often.
std::string in_our_words(const std::string& what)
{
    const auto at = what.find(": At Most 1 required but received ");
    return at == std::string::npos ? what : what.substr(0, at) + " is given more than once, and takes one value";
}

template <typename F> std::optional<std::string> first_of(const Names& words, F fits)
{
    const auto found = std::ranges::find_if(words, fits);
    return found == words.end() ? std::nullopt : std::optional(*found);
}

bool is_option(const std::string& word)
{
    return word.size() > 1 && word.front() == '-';
}

} // namespace

std::string usage_text(const CLI::App& app, const CLI::ParseError& error)
{
    const auto verb = typed(app);
    const auto words = app.remaining(true);
    const auto word = first_of(words, [](const auto& each) { return !is_option(each); });
    if (!verbs_of(*verb.verb).empty() && word)
        return unknown_verb(verb, app, *word);
    if (const auto option = first_of(words, is_option))
        return unknown_option(verb, app, *option);
    if (!verbs_of(*verb.verb).empty())
        return no_verb(verb);
    if (word)
        return quoted(*word) + " is one argument too many\n" + see(verb);
    return in_our_words(error.what()) + "\n" + see(verb);
}

} // namespace mirrornet::ctl
