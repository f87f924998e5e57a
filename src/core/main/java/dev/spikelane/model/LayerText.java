package dev.spikelane.model;

import dev.spikelane.io.file.JsonValue;
import dev.spikelane.memory.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Parses layers: the output of {@code print(net)} with nested modules, or a list such as {@code 1x28x28, conv1:
 * Conv2d(1, 12, 5), MaxPool2d(2), lif1: Leaky, fc1: Linear}. The shape of the input may come first.
 */
final class LayerText {

    private static final int MOST_LETTERS = 1 << 20;
    private static final int MOST_DEPTH = 16;
    private static final Pattern SHAPE = Pattern.compile("\\d{1,9}(?:x\\d{1,9}){0,2}");
    private static final Pattern LAYER = Pattern.compile(
            "(?:\\(([\\w.]{1,200})\\):|([\\w.]{1,200}):)?\\s*([A-Za-z_][\\w.]{0,200})\\s*(\\(.*\\))?", Pattern.DOTALL);
    private static final Pattern CHILDREN = Pattern.compile("\\(\\s*\\([\\w.]+\\):.*", Pattern.DOTALL);
    private static final Pattern ARGUMENT = Pattern.compile("(?:(\\w{1,99})\\s*=\\s*)?(.*)", Pattern.DOTALL);

    private final Set<String> closed;
    private final List<Layer> layers = new ArrayList<>();
    private @Nullable Shape input;

    /**
     * @param closed types whose nested modules are ignored
     * @throws IllegalArgumentException if a part of the text is not a layer
     */
    LayerText(String text, Set<String> closed) {
        this.closed = closed;
        if (text.length() > MOST_LETTERS) {
            throw new IllegalArgumentException(
                    "layers are said by " + text.length() + " characters, expected at most " + MOST_LETTERS);
        }
        read("", text, 0);
    }

    /** Replaces the start of names; returns a text without layers unchanged, because its reader reports the error. */
    static String renamed(String text, String from, String to) {
        LayerText found;
        try {
            found = new LayerText(text, LayerNeurons.NAMES);
        } catch (IllegalArgumentException unread) {
            return text;
        }
        List<String> parts = new ArrayList<>();
        if (found.input != null) {
            parts.add(found.input.sizes().stream().map(String::valueOf).collect(Collectors.joining("x")));
        }
        for (Layer each : found.layers) {
            String dotted = each.name() + ".";
            String name = dotted.startsWith(from) ? to + dotted.substring(from.length()) : dotted;
            if (each.name().isEmpty()) {
                parts.add(each.text());
            } else if (!name.isEmpty()) { // otherwise it is the outermost module
                parts.add(name.substring(0, name.length() - 1) + ":" + each.text());
            }
        }
        return String.join(", ", parts);
    }

    List<Layer> layers() {
        return layers;
    }

    /** Returns the shape of the input; null if the text has none. */
    @Nullable
    Shape input() {
        return input;
    }

    private void read(String prefix, String text, int depth) {
        for (String part : parts(text)) {
            if (SHAPE.matcher(part).matches() && layers.isEmpty() && input == null) {
                input = shape(part);
                continue;
            }
            Matcher found = LAYER.matcher(part);
            if (!found.matches() || depth > MOST_DEPTH) {
                throw new IllegalArgumentException("layers have " + JsonValue.quoted(part)
                        + ", expected a module of torch, such as conv1: Conv2d(1, 12, kernel_size=5)");
            }
            String own = found.group(1) == null ? found.group(2) : found.group(1);
            String name = prefix + (own == null ? "" : own);
            String inside = found.group(4);
            boolean children = inside != null && CHILDREN.matcher(inside).matches();
            if (children && !closed.contains(found.group(3))) {
                read(name.isEmpty() ? "" : name + ".", inside.substring(1, inside.length() - 1), depth + 1);
            } else {
                layers.add(new Layer(
                        name, found.group(3), inside == null ? null : children ? Map.of() : arguments(inside)));
            }
        }
    }

    private static Shape shape(String text) {
        int[] sizes =
                Arrays.stream(text.split("x", -1)).mapToInt(Integer::parseInt).toArray();
        return switch (sizes.length) {
            case 1 -> Shape.of(sizes[0]);
            case 2 -> Shape.of(sizes[0], sizes[1]);
            default -> Shape.of(sizes[0], sizes[1], sizes[2]);
        };
    }

    private static Map<String, String> arguments(String inside) {
        Map<String, String> arguments = new LinkedHashMap<>();
        for (String part : parts(inside.substring(1, inside.length() - 1))) {
            Matcher found = ARGUMENT.matcher(part);
            if (!found.matches()) {
                throw new IllegalArgumentException(JsonValue.quoted(part) + " is no argument");
            }
            String name = found.group(1) == null ? Integer.toString(arguments.size()) : found.group(1);
            if (arguments.put(name, found.group(2).strip()) != null) {
                throw new IllegalArgumentException("the argument " + JsonValue.quoted(name) + " stands there twice");
            }
        }
        return arguments;
    }

    /** Splits at commas, semicolons and line breaks outside of parentheses. */
    private static List<String> parts(String text) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char letter = i < text.length() ? text.charAt(i) : ',';
            depth += letter == '(' ? 1 : letter == ')' ? -1 : 0;
            if (depth < 0 || i == text.length() && depth > 0) {
                throw new IllegalArgumentException("layers have parentheses that are not closed or not opened");
            }
            if (depth == 0 && ",;\n".indexOf(letter) >= 0) {
                String part = text.substring(start, i).strip();
                start = i + 1;
                if (!part.isEmpty()) {
                    parts.add(part);
                }
            }
        }
        return parts;
    }

    /**
     * A module of torch. Each argument is taken at most once, by place or by name.
     *
     * @param name the prefix of its tensors; empty if the text has none
     * @param arguments by name, or by place if they have no name; null without parentheses
     */
    record Layer(String name, String type, @Nullable Map<String, String> arguments) {

        private static final Set<String> TRUTHS = Set.of("True", "False");

        Layer {
            arguments = arguments == null ? null : new LinkedHashMap<>(arguments);
        }

        private Map<String, String> given() {
            if (arguments == null) {
                throw new IllegalArgumentException(this + " has no arguments, expected " + type
                        + "(...) as torch prints it; tensors do not say them all");
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

        boolean has(int place, String argument) {
            return given().containsKey(argument) || given().containsKey(Integer.toString(place));
        }

        /** Takes an integer, or a pair for rows and columns. */
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

        /** Returns true and takes the argument if it has this value. */
        boolean says(int place, String argument, String text) {
            for (String each : List.of(argument, Integer.toString(place))) {
                if (text.equals(given().getOrDefault(each, "").replaceAll("['\"]", ""))) {
                    given().remove(each);
                    return true;
                }
            }
            return false;
        }

        /** Drops the arguments of a module without effect. */
        void forget() {
            if (arguments != null) {
                arguments.clear();
            }
        }

        /** Throws if arguments are left, because they would change the module. */
        void requireAllTaken() {
            if (arguments != null && !arguments.isEmpty()) {
                throw new IllegalArgumentException(
                        this + " has the arguments " + arguments + ", which are not read here for a " + type);
            }
        }

        private IllegalArgumentException wrong(String argument, String found, String expected) {
            return new IllegalArgumentException(this + " has '" + argument + "' " + found + ", expected " + expected);
        }

        String text() {
            return arguments == null
                    ? type
                    : arguments.entrySet().stream()
                            .map(each -> each.getKey().matches("\\d+")
                                    ? each.getValue()
                                    : each.getKey() + "=" + each.getValue())
                            .collect(Collectors.joining(", ", type + "(", ")"));
        }

        @Override
        public String toString() {
            return "layer" + (name.isEmpty() ? "" : " '" + name + "'") + " " + type;
        }
    }
}
