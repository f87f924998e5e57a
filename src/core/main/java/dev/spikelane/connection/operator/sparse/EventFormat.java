package dev.spikelane.connection.operator.sparse;

/**
 * How synapses stand in lists; those of lists of one format are added by one loop.
 *
 * @param base the first place of all targets
 * @param bits of a target that stands with a weight in 4 bytes
 * @param weight of all synapses, where they have one
 * @param quanta the same in quanta
 * @param whole whether sums are of whole quanta
 */
record EventFormat(Form form, int base, int bits, float weight, int quanta, boolean whole) {

    /** What a synapse takes. */
    enum Form {
        /** Two bytes of target: all weights are equal. */
        SHORT_TARGETS(Short.BYTES),
        /** Four bytes of target. */
        TARGETS(Integer.BYTES),
        /** Whole quanta above the bits of the target. */
        PACKED(Integer.BYTES),
        /** A target and whole quanta. */
        QUANTA(2 * Integer.BYTES),
        /** A target and a float. */
        WEIGHTS(Integer.BYTES + Float.BYTES),
        /** Nothing: synapses are drawn again. */
        DRAWN(0);

        final int bytes;

        Form(int bytes) {
            this.bytes = bytes;
        }
    }
}
