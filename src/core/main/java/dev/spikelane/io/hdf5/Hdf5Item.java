package dev.spikelane.io.hdf5;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The content of a dataset of an HDF5 file. */
public sealed interface Hdf5Item {

    /**
     * Numbers in C order.
     *
     * @param type the type of an item, as safetensors names it
     * @param shape empty for a single number
     * @param bytes little-endian
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Numbers(String type, List<Integer> shape, byte[] bytes) implements Hdf5Item {}

    /**
     * Texts in C order.
     *
     * @param shape empty for a single text
     * @param texts as many as the shape says
     */
    record Texts(List<Integer> shape, List<String> texts) implements Hdf5Item {}

    /**
     * A dataset that is not read here, such as a table.
     *
     * @param reason a description of it
     * @param arrays its arrays with different lengths; null unless they were requested
     */
    record Unread(String reason, @Nullable Ragged arrays) implements Hdf5Item {}

    /**
     * Arrays of numbers with different lengths, which a {@link RaggedFile} reads one by one.
     *
     * @param type the type of a number, as safetensors names it
     * @param references length, heap address and number in the heap of each array
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Ragged(String type, byte[] references) {

        /** Returns the number of arrays. */
        public int count() {
            return references.length / HeapItems.BYTES;
        }
    }
}
