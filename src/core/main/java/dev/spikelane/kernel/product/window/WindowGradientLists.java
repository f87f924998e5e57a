package dev.spikelane.kernel.product.window;

/** Lists of places in one array, with unused room between them, for one thread. */
final class WindowGradientLists {

    /** Index of the first place of each list; {@link #ends} has the index after the last place. */
    final int[] starts;

    final int[] ends;
    final int[] places;
    /** Factors of the places, if lists are weighted. */
    final float[] factors;
    /** Byte offset of the sums of each list. */
    final long[] targets;

    WindowGradientLists(int lists, int places, boolean weighted) {
        this.starts = new int[lists];
        this.ends = new int[lists];
        this.places = new int[places];
        this.factors = new float[weighted ? places : 0];
        this.targets = new long[lists];
    }

    long bytes() {
        return (long) Integer.BYTES * (starts.length + ends.length + (long) places.length)
                + (long) Float.BYTES * factors.length
                + (long) Long.BYTES * targets.length;
    }
}
