package dev.spikelane.model;

import dev.spikelane.connection.operator.ValueDescription;
import dev.spikelane.description.NamedValues;
import dev.spikelane.description.NeuronOptions;
import java.util.Set;

/** Names and limits that the reader and the writer share. */
final class ModelFormat {

    static final String DESCRIPTION = "spikelane";

    /** Metadata that are not notes; the safetensors library defines {@code format}. */
    static final Set<String> OWN_NOTES = Set.of("format", DESCRIPTION);

    static final int VERSION = 1;

    /** Version of files with packed weights. */
    static final int PACKED_VERSION = 2;

    static final String SCALE = ValueDescription.SCALE;

    /** Bounds the memory of the state before allocation. */
    static final int MOST_NEURONS = 1 << 24;

    static final int MOST_DELAY = 1_000_000;

    /** Bounds the weights of a window of inputs: its length times the neurons. */
    static final int MOST_WINDOW = 1 << 26;

    private ModelFormat() {}

    /** Returns the tensor name; parameters of neurons have snnTorch's names. */
    static String tensor(NamedValues values) {
        return values.declared().role() == ValueDescription.Role.PARAMETER
                ? values.owner() + "." + NeuronOptions.snake(values.declared().name())
                : values.name();
    }
}
