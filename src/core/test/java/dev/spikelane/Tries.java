package dev.spikelane;

import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.statistics.Statistics;

/** Numbers of random tries, and checks that rare events occur. */
public final class Tries {

    static final boolean FULL_WIDTH =
            System.getProperty("spikelane.simd", "auto").equals("auto");

    public static final boolean ALL = "all".equals(System.getProperty("spikelane.tries"));

    static final int ONE_OF = 4;

    private Tries() {}

    /** All at full width, a quarter at narrower widths. */
    public static int atThisWidth(int all) {
        return ALL || FULL_WIDTH ? all : oneOfFour(all);
    }

    /** All at full width and at night, otherwise one of {@code oneOf}. */
    public static <T> List<T> atThisWidth(int oneOf, List<T> all) {
        return FULL_WIDTH ? all : beforeTheNight(oneOf, all);
    }

    /** All at night, otherwise a quarter, for slow tests far from kernels. */
    public static int beforeTheNight(int all) {
        return ALL ? all : oneOfFour(all);
    }

    /** All at night, otherwise one of {@code oneOf}. */
    public static <T> List<T> beforeTheNight(int oneOf, List<T> all) {
        return IntStream.iterate(0, i -> i < all.size(), i -> i + (ALL ? 1 : oneOf))
                .mapToObj(all::get)
                .toList();
    }

    /**
     * Fails a property with all tries if an event occurred in at most {@code percent} of them. The few tries of a day
     * prove nothing.
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
