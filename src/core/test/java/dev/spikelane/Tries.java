package dev.spikelane;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.statistics.Statistics;

/** How often tests try at random, and what must not be rare among all tries. */
public final class Tries {

    /** The width that the default run has: the machine's full one. */
    static final boolean FULL_WIDTH =
            System.getProperty("spikelane.simd", "auto").equals("auto");

    /** Whether all tries are asked for, as at night. */
    public static final boolean ALL = "all".equals(System.getProperty("spikelane.tries"));

    /** One of so many is tried where few are enough. */
    static final int ONE_OF = 4;

    private Tries() {}

    /** All at the machine's full width, and a quarter at narrower ones. */
    public static int atThisWidth(int all) {
        return ALL || FULL_WIDTH ? all : oneOfFour(all);
    }

    /** All at the machine's full width and at night, else one of so many. */
    public static <T> List<T> atThisWidth(int oneOf, List<T> all) {
        return FULL_WIDTH ? all : beforeTheNight(oneOf, all);
    }

    /** All at night, else a quarter: what takes long and is far from kernels. */
    public static int beforeTheNight(int all) {
        return ALL ? all : oneOfFour(all);
    }

    /** All at night, else one of so many. */
    public static <T> List<T> beforeTheNight(int oneOf, List<T> all) {
        return IntStream.iterate(0, i -> i < all.size(), i -> i + (ALL ? 1 : oneOf))
                .mapToObj(all::get)
                .toList();
    }

    /**
     * Fails a property that makes all its tries unless more than so many of a hundred had something happen: it would say
     * little otherwise. The few tries of a day are too few to tell.
     */
    public static void often(String what, boolean happened, int percent) {
        if (ALL) {
            Statistics.label(what).collect(happened);
            Statistics.label(what)
                    .coverage(coverage -> coverage.check(true).percentage(percentage -> percentage > percent));
        }
    }

    private static int oneOfFour(int all) {
        return Math.ceilDiv(all, ONE_OF);
    }
}
