package dev.spikelane.model;

import dev.spikelane.io.file.FileText;
import dev.spikelane.io.file.JsonValue;
import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.network.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The content of a model file: a network, and notes for {@link dev.spikelane.train.Classifier} and {@code ./spikelane
 * run}.
 * <table>
 * <caption>Notes with a meaning; other names are free</caption>
 * <tr><th>name</th><th>text</th></tr>
 * <tr><td>{@value #STEPS}</td><td>time steps of a sample, 1 to 100,000</td></tr>
 * <tr><td>{@value #CODE}</td><td>the encoding of samples, a name of
 * {@link dev.spikelane.data.InputEncoding#named}</td></tr>
 * <tr><td>{@value #DECODING}</td><td>the decoding of outputs to a class, a name of
 * {@link dev.spikelane.train.Decoding#named}</td></tr>
 * <tr><td>{@value #POPULATION}</td><td>the output population; by default the last one</td></tr>
 * <tr><td>{@value #CLASSES}</td><td>the number of classes, each with an equal block of outputs (a population code); by
 * default each output is a class</td></tr>
 * <tr><td>{@value #CLASS_NAMES}</td><td>the names of classes, a JSON array of texts</td></tr>
 * </table>
 *
 * @param network the network
 * @param notes texts by their names, in their order
 */
public record Model(Network network, Map<String, String> notes) {

    /** The note {@value}. */
    public static final String STEPS = "training.steps";

    /** The note {@value}. */
    public static final String CODE = "training.code";

    /** The note {@value}. */
    public static final String DECODING = "training.decoding";

    /** The note {@value}. */
    public static final String POPULATION = "training.population";

    /** The note {@value}. */
    public static final String CLASSES = "training.classes";

    /** The note {@value}. */
    public static final String CLASS_NAMES = "training.class_names";

    private static final int MOST_STEPS = 100_000;
    private static final int MOST_CLASSES = 1 << 24;

    /**
     * Checks the notes.
     *
     * @throws IllegalArgumentException if a note of the table has an invalid text, or names a missing population
     */
    public Model {
        Objects.requireNonNull(network, "network");
        Objects.requireNonNull(notes, "notes");
        notes = Collections.unmodifiableMap(new LinkedHashMap<>(notes));
        notes.keySet().forEach(Model::requireKnown);
        number(notes, STEPS, MOST_STEPS);
        number(notes, CLASSES, MOST_CLASSES);
        names(notes);
        if (notes.containsKey(POPULATION)) {
            network.population(notes.get(POPULATION));
        }
    }

    /**
     * Creates a model without notes.
     *
     * @param network the network
     * @return a model
     */
    public static Model of(Network network) {
        Objects.requireNonNull(network, "network");
        return new Model(network, Map.of());
    }

    /**
     * Adds or replaces a note.
     *
     * @param name its name, such as {@link #CODE}
     * @param text its text
     * @return a model of the same network
     * @throws IllegalArgumentException if the text is invalid for a note of the table
     */
    public Model with(String name, String text) {
        Map<String, String> changed = new LinkedHashMap<>(notes);
        changed.put(Objects.requireNonNull(name, "name"), Objects.requireNonNull(text, "text"));
        return new Model(network, changed);
    }

    /**
     * Returns this model with names of its classes.
     *
     * @param names a name for each class, in order
     * @return a model of the same network
     */
    public Model withClassNames(List<String> names) {
        JsonWriter json = new JsonWriter().array();
        names.forEach(json::value);
        return with(CLASS_NAMES, json.end().text());
    }

    /**
     * Returns the time steps of a sample.
     *
     * @return steps; empty without the note {@link #STEPS}
     */
    public OptionalInt steps() {
        return number(notes, STEPS, MOST_STEPS);
    }

    /**
     * Returns the encoding of samples.
     *
     * @return its name; empty without the note {@link #CODE}
     */
    public Optional<String> code() {
        return Optional.ofNullable(notes.get(CODE));
    }

    /**
     * Returns the decoding of outputs to a class.
     *
     * @return its name; empty without the note {@link #DECODING}
     */
    public Optional<String> decoding() {
        return Optional.ofNullable(notes.get(DECODING));
    }

    /**
     * Returns the population whose outputs are decoded into a class.
     *
     * @return its name; the last population without the note {@link #POPULATION}
     */
    public String population() {
        String last = network.populations().getLast().name();
        return notes.getOrDefault(POPULATION, last);
    }

    /**
     * Returns the number of classes.
     *
     * @return classes; empty without the note {@link #CLASSES}
     */
    public OptionalInt classes() {
        return number(notes, CLASSES, MOST_CLASSES);
    }

    /**
     * Returns the names of the classes.
     *
     * @return names in the order of classes; empty without the note {@link #CLASS_NAMES}
     */
    public List<String> classNames() {
        return names(notes);
    }

    /** Throws if a name looks like a misspelled name of the table, because such a note would have no effect. */
    private static void requireKnown(String name) {
        for (String known : List.of(STEPS, CODE, DECODING, POPULATION, CLASSES, CLASS_NAMES)) {
            boolean isSpelt = name.equals(known);
            String word = known.substring(known.indexOf('.') + 1);
            String declared = name.substring(name.indexOf('.') + 1);
            if (!isSpelt
                    && Arrays.equals(
                            declared.chars().sorted().toArray(),
                            word.chars().sorted().toArray())) {
                throw new IllegalArgumentException(
                        "a note has the name " + JsonValue.quoted(name) + ", expected '" + known + "'");
            }
        }
    }

    private static OptionalInt number(Map<String, String> notes, String name, int most) {
        String text = notes.get(name);
        if (text == null) {
            return OptionalInt.empty();
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= 1 && number <= most) {
                return OptionalInt.of(number);
            }
        } catch (NumberFormatException notANumber) {
            // reported below
        }
        throw new IllegalArgumentException(
                "note '" + name + "' is " + JsonValue.quoted(text) + ", expected 1 to " + most);
    }

    private static List<String> names(Map<String, String> notes) {
        String text = notes.get(CLASS_NAMES);
        if (text == null) {
            return List.of();
        }
        return FileText.given(() -> {
            List<String> names = new ArrayList<>();
            for (JsonValue item :
                    JsonValue.parse("note '" + CLASS_NAMES + "'", text).items()) {
                names.add(item.text());
            }
            return List.copyOf(names);
        });
    }
}
