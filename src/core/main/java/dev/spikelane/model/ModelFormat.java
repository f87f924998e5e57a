package dev.spikelane.model;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** The names and limits on which reader and writer agree. */
final class ModelFormat {

    /** The metadata text with the description. */
    static final String DESCRIPTION = "spikelane";

    /** The names of metadata that are no notes; {@code format} is the library's own. */
    static final Set<String> OWN_NOTES = Set.of("format", DESCRIPTION);

    static final int VERSION = 1;

    /** Of files with packed weights, which version 1 does not know. */
    static final int PACKED_VERSION = 2;

    /** The suffix of the scales of weights in 8 bits. */
    static final String SCALE = ValueDescription.SCALE;

    /** Neurons and inputs of a network together: the memory of a state is bounded before it is allocated. */
    static final int MOST_NEURONS = 1 << 24;

    static final int MOST_DELAY = 1_000_000;

    /** Weights that a window of inputs takes: its length times the neurons. */
    static final int MOST_WINDOW = 1 << 26;

    /** A capital letter behind a small one. */
    private static final Pattern CAPITAL = Pattern.compile("(?<=[a-z])[A-Z]");

    private ModelFormat() {}

    /** The tensor of values: parameters of neurons as snnTorch spells them. */
    static String tensor(NamedValues values) {
        return values.declared().role() == ValueDescription.Role.PARAMETER
                ? values.owner() + "." + snake(values.declared().name())
                : values.name();
    }

    /** The name of a parameter as snnTorch spells it: {@code graded_spikes_factor}. */
    static String snake(String parameter) {
        return CAPITAL.matcher(parameter)
                .replaceAll(found -> "_" + found.group().toLowerCase(Locale.ROOT));
    }
}
