package dev.spikelane.io.hdf5;

import java.util.List;

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
     * A dataset that nobody reads here, such as a table.
     *
     * @param reason a description of it
     */
    record Unread(String reason) implements Hdf5Item {}
}
