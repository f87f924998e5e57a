package dev.spikelane;

/** How often tests with loops of their own try at random. */
public final class Tries {

    private static final String WIDTH = System.getProperty("spikelane.simd", "auto");

    /** The width that the default run has: the machine's full one. */
    private static final boolean FULL_WIDTH = WIDTH.equals("auto");

    /** Whether plain loops are asked for in place of vectors. */
    static final boolean SCALAR = WIDTH.equals("scalar");

    /** Whether all tries are asked for, as at night. */
    static final boolean ALL = "all".equals(System.getProperty("spikelane.tries"));

    private Tries() {}

    /** All at the machine's full width, and a quarter at narrower ones. */
    public static int atThisWidth(int all) {
        return ALL || FULL_WIDTH ? all : (all + 3) / 4;
    }
}
