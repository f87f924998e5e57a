package dev.spikelane.cli.input;

import java.util.Map;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Checks options; errors name them. */
public final class Choices {

    private Choices() {}

    public static void requireRange(CommandSpec command, String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw wrong(command, option + " is " + value + ", expected " + least + " to " + most);
        }
    }

    public static <T> T choose(CommandSpec command, String option, String name, Map<String, T> known) {
        T found = known.get(name);
        if (found == null) {
            throw wrong(
                    command,
                    option + " is '" + name + "', expected one of " + String.join(", ", new TreeSet<>(known.keySet())));
        }
        return found;
    }

    /** Creates an error that refers to the help of the command. */
    public static ParameterException wrong(CommandSpec command, String message) {
        return new ParameterException(command.commandLine(), message);
    }
}
