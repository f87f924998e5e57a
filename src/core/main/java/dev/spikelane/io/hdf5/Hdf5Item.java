package dev.spikelane.io.hdf5;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The content of a dataset. */
public sealed interface Hdf5Item {

    /**
     * Little-endian numbers in C order.
     *
     * @param type the item type, as safetensors names it
     * @param shape empty for a single number
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Numbers(String type, List<Integer> shape, byte[] bytes) implements Hdf5Item {}

    /**
     * Texts in C order.
     *
     * @param shape empty for a single text
     */
    record Texts(List<Integer> shape, List<String> texts) implements Hdf5Item {}

    /**
     * An unsupported dataset, such as a table.
     *
     * @param reason its description
     * @param arrays its arrays of different lengths; null unless they were requested
     */
    record Unread(String reason, @Nullable Ragged arrays) implements Hdf5Item {}

    /**
     * Arrays of different lengths, which a {@link RaggedFile} reads one by one.
     *
     * @param type the item type, as safetensors names it
     * @param references length, heap address and number in the heap of each array
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Ragged(String type, byte[] references) {

        public int count() {
            return references.length / HeapItems.BYTES;
        }
    }
}
