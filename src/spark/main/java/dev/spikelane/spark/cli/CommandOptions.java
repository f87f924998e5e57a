package dev.spikelane.spark.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Options of a command, each with a value: {@code --steps 25}. */
final class CommandOptions {

    /** A user's mistake. */
    static final class Wrong extends RuntimeException {

        private static final long serialVersionUID = 1;

        Wrong(String message) {
            super(message);
        }
    }

    private final Map<String, String> values = new LinkedHashMap<>();
    private final String help;

    /**
     * Takes options from an index on.
     *
     * @param help lists the options, each at the start of a line after two blanks
     * @throws Wrong if there is an option that help does not list, or one without a value
     */
    CommandOptions(String[] arguments, int first, String help) {
        this.help = help;
        for (int i = first; i < arguments.length; i += 2) {
            if (!arguments[i].startsWith("--") || !help.contains("\n  " + arguments[i] + " ")) {
                throw new Wrong("there is no option " + arguments[i] + "\n" + help);
            }
            if (i + 1 == arguments.length) {
                throw new Wrong(arguments[i] + " has no value");
            }
            values.put(arguments[i], arguments[i + 1]);
        }
    }

    /** The value of an option that must be there. */
    String required(String name) {
        return text(name).orElseThrow(() -> new Wrong(name + " is missing\n" + help));
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name));
    }

    Optional<Integer> integer(String name) {
        return number(name, Integer::valueOf);
    }

    /** The value of an option as a number. */
    <T> Optional<T> number(String name, Function<String, T> parse) {
        return text(name).map(text -> {
            try {
                return parse.apply(text);
            } catch (NumberFormatException notANumber) {
                throw new Wrong(name + " is '" + text + "', expected a number");
            }
        });
    }
}
