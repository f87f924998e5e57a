package dev.spikelane.kernel.product.window;

/** Lists of places, one behind the other with room between them, for one thread. */
final class WindowGradientLists {

    /** For each list its first place and the one behind its last. */
    final int[] starts;

    final int[] ends;
    final int[] places;
    /** What is multiplied there. */
    final float[] factors;
    /** For each list bytes to its sums. */
    final long[] targets;

    WindowGradientLists(int lists, int places, boolean weighted) {
        this.starts = new int[lists];
        this.ends = new int[lists];
        this.places = new int[places];
        this.factors = new float[weighted ? places : 0];
        this.targets = new long[lists];
    }

    /** Bytes on the heap. */
    long bytes() {
        return (long) Integer.BYTES * (starts.length + ends.length + (long) places.length)
                + (long) Float.BYTES * factors.length
                + (long) Long.BYTES * targets.length;
    }
}
