package dev.spikelane.connection.operator.sparse;

/**
 * The format of synapses in lists. One loop adds all lists of a format.
 *
 * @param base the smallest place of all targets
 * @param bits bits of a target that shares 4 bytes with a weight
 * @param weight the weight of all synapses, if it is one
 * @param quanta this weight in quanta
 * @param whole true for sums of quanta
 */
record EventFormat(Form form, int base, int bits, float weight, int quanta, boolean whole) {

    enum Form {
        /** A target of two bytes; all weights are equal. */
        SHORT_TARGETS(Short.BYTES),
        /** A target of four bytes; all weights are equal. */
        TARGETS(Integer.BYTES),
        /** Quanta above the bits of the target. */
        PACKED(Integer.BYTES),
        /** A target and quanta. */
        QUANTA(2 * Integer.BYTES),
        /** A target and a float. */
        WEIGHTS(Integer.BYTES + Float.BYTES),
        /** No bytes: synapses are drawn again on demand. */
        DRAWN(0);

        final int bytes;

        Form(int bytes) {
            this.bytes = bytes;
        }
    }
}
