package dev.spikelane.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * The options of a command line.
 *
 * @param grid true to measure only the grid of the spike matmul
 * @param full true to measure everything and write files
 * @param help true to print only the usage
 * @param json the JSON file of a full run or of the grid
 * @param markdown the Markdown file of a full run
 * @param words words that must all be in the name of a work for it to be measured
 */
record Options(boolean grid, boolean full, boolean help, Path json, Path markdown, List<String> words) {

    static final String USAGE = """
            Usage: spikelane bench [--grid [--json FILE] | --full [--json FILE] [--markdown FILE]] [WORD...]
                   spikelane bench --model FILE [OPTION...]
                   spikelane bench --tune
              WORD...           measure the works that have all these words in their names, such as: network 'batch 1 '
              --full            everything, in about half an hour, with results in files; without it a selection, in a minute
              --grid            the spike matmul 784 -> 1000 at all densities, numbers of rows and variants, in some minutes
                                (spikelane-grid.json, and its heat map beside it, .svg); fails if another variant than the chosen
                                one is more than 10 % faster
              --model FILE      your own network, and each of its populations; ./spikelane bench --help lists its options
              --tune            which variants of products are the fastest here, in half a minute: prints the option of
                                java that pins the choice
              --json FILE       where the figures go (spikelane-bench.json)
              --markdown FILE   where the tables go (spikelane-bench.md)""";

    /** An option that does not exist or lacks its value. */
    @SuppressWarnings("serial") // never serialized
    static final class Wrong extends Exception {
        Wrong(String message) {
            super(message);
        }
    }

    Options {
        words = List.copyOf(words);
    }

    static Options parse(String... arguments) throws Wrong {
        boolean grid = false;
        boolean full = false;
        boolean help = false;
        String json = "";
        String markdown = "";
        List<String> words = new ArrayList<>();
        for (Iterator<String> rest = List.of(arguments).iterator(); rest.hasNext(); ) {
            String argument = rest.next();
            switch (argument) {
                case "--full" -> full = true;
                case "--grid" -> grid = true;
                case "--tune" -> throw new Wrong("--tune needs vectors, and takes no words and no other option");
                case "--help", "-h" -> help = true;
                case "--json" -> json = file(argument, rest);
                case "--markdown" -> markdown = file(argument, rest);
                default -> {
                    if (argument.startsWith("-")) {
                        throw new Wrong("unknown option " + argument);
                    }
                    words.add(argument);
                }
            }
        }
        if (grid && full) {
            throw new Wrong("--grid and --full exclude each other");
        }
        if (!full && !(json.isEmpty() || grid) || !full && !markdown.isEmpty()) {
            throw new Wrong((markdown.isEmpty() ? "--json" : "--markdown") + " needs --full");
        }
        return new Options(
                grid,
                full,
                help,
                Path.of(!json.isEmpty() ? json : grid ? "spikelane-grid.json" : "spikelane-bench.json"),
                Path.of(markdown.isEmpty() ? "spikelane-bench.md" : markdown),
                words);
    }

    private static String file(String option, Iterator<String> rest) throws Wrong {
        String file = rest.hasNext() ? rest.next() : "";
        if (file.isEmpty() || file.startsWith("-")) {
            throw new Wrong(option + " needs the name of a file");
        }
        return file;
    }

    /** Returns the file of a grid's heat map, beside the JSON file. */
    Path heatMap() {
        String name = json.getFileName().toString();
        return json.resolveSibling((name.endsWith(".json") ? name.substring(0, name.length() - 5) : name) + ".svg");
    }

    /** Returns true if the options select a work. */
    boolean takes(String work) {
        return words.stream().allMatch(work::contains);
    }
}
