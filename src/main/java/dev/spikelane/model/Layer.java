package dev.spikelane.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A module of torch as a text says it, with its arguments by place or by name, each of which is asked for once.
 *
 * @param name what its tensors start with; empty where the text says none
 * @param type the name of its class
 * @param arguments by name, those without one by their place; null where there are no parentheses
 */
record Layer(String name, String type, @Nullable Map<String, String> arguments) {

    private static final Set<String> TRUTHS = Set.of("True", "False");

    Layer {
        arguments = arguments == null ? null : new LinkedHashMap<>(arguments);
    }

    private Map<String, String> given() {
        if (arguments == null) {
            throw new IllegalArgumentException(this + " has no arguments, expected " + type + "(...) as torch prints"
                    + " it; tensors do not say them all");
        }
        return arguments;
    }

    private @Nullable String take(int place, String argument) {
        String first = given().remove(argument);
        String second = given().remove(Integer.toString(place));
        if (first != null && second != null) {
            throw new IllegalArgumentException(this + " has '" + argument + "' twice");
        }
        String found = first == null ? second : first;
        return "None".equals(found) ? null : found;
    }

    /** Whether the text says an argument, which is not taken. */
    boolean has(int place, String argument) {
        return given().containsKey(argument) || given().containsKey(Integer.toString(place));
    }

    /** A whole number, or one for rows and one for columns. */
    int[] pair(int place, String argument, int... otherwise) {
        String found = take(place, argument);
        if (found == null) {
            return otherwise;
        }
        List<Integer> numbers = new ArrayList<>();
        for (String each : found.replaceAll("^\\((.*?),?\\s*\\)$", "$1").split(",", -1)) {
            if (!each.strip().matches("-?\\d{1,9}")) {
                throw wrong(argument, found, "a whole number, or two in parentheses");
            }
            numbers.add(Integer.parseInt(each.strip()));
        }
        if (numbers.size() > 2) {
            throw wrong(argument, found, "at most two numbers");
        }
        return new int[] {numbers.getFirst(), numbers.getLast()};
    }

    int number(int place, String argument, int otherwise) {
        int[] found = pair(place, argument, otherwise, otherwise);
        if (found[0] != found[1]) {
            throw wrong(argument, found[0] + ", " + found[1], "one number");
        }
        return found[0];
    }

    double real(int place, String argument, double otherwise) {
        String found = take(place, argument);
        try {
            return found == null ? otherwise : Double.parseDouble(found);
        } catch (NumberFormatException none) {
            throw wrong(argument, String.valueOf(found), "a number");
        }
    }

    boolean truth(int place, String argument, boolean otherwise) {
        String found = take(place, argument);
        if (found != null && !TRUTHS.contains(found)) {
            throw wrong(argument, found, "True or False");
        }
        return found == null ? otherwise : found.equals("True");
    }

    /** Whether an argument is this text, which is taken then. */
    boolean says(int place, String argument, String text) {
        for (String each : List.of(argument, Integer.toString(place))) {
            if (text.equals(given().getOrDefault(each, "").replaceAll("['\"]", ""))) {
                given().remove(each);
                return true;
            }
        }
        return false;
    }

    /** Takes all arguments, where none makes a difference. */
    void forget() {
        if (arguments != null) {
            arguments.clear();
        }
    }

    /** Throws if an argument was not asked for: what it would change is not built. */
    void requireAllTaken() {
        if (arguments != null && !arguments.isEmpty()) {
            throw new IllegalArgumentException(
                    this + " has the arguments " + arguments + ", which are not read here for a " + type);
        }
    }

    private IllegalArgumentException wrong(String argument, String found, String expected) {
        return new IllegalArgumentException(this + " has '" + argument + "' " + found + ", expected " + expected);
    }

    /** Type and arguments, as they are read. */
    String text() {
        return arguments == null
                ? type
                : arguments.entrySet().stream()
                        .map(each -> each.getKey().matches("\\d+") ? each.getValue() : each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining(", ", type + "(", ")"));
    }

    @Override
    public String toString() {
        return "layer" + (name.isEmpty() ? "" : " '" + name + "'") + " " + type;
    }
}
