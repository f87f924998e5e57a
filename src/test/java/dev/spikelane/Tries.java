package dev.spikelane;

/** How often tests with loops of their own try at random. */
public final class Tries {

    /** The width that the default run has: the machine's full one. */
    static final boolean FULL_WIDTH =
            System.getProperty("spikelane.simd", "auto").equals("auto");

    /** Whether all tries are asked for, as at night. */
    public static final boolean ALL = "all".equals(System.getProperty("spikelane.tries"));

    private Tries() {}

    /** All at the machine's full width, and a quarter at narrower ones. */
    public static int atThisWidth(int all) {
        return ALL || FULL_WIDTH ? all : oneOfFour(all);
    }

    /** All at night, else a quarter: what takes long and is far from kernels. */
    public static int beforeTheNight(int all) {
        return ALL ? all : oneOfFour(all);
    }

    private static int oneOfFour(int all) {
        return (all + 3) / 4;
    }
}
