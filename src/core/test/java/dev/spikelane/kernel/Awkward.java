package dev.spikelane.kernel;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;

/** Sizes and densities at which kernels go wrong. In a package that is exported, since jqwik makes the suppliers. */
@SuppressWarnings({"exports", "missing-explicit-ctor"})
public final class Awkward {

    private Awkward() {}

    /** Numbers of neurons around groups, lanes, words and blocks. */
    public static final class Sizes implements ArbitrarySupplier<Integer> {
        @Override
        public Arbitrary<Integer> get() {
            return Arbitraries.of(1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200);
        }
    }

    /** Shares of neurons that fire. */
    public static final class Densities implements ArbitrarySupplier<Double> {
        @Override
        public Arbitrary<Double> get() {
            return Arbitraries.of(0.0, 0.01, 0.1, 0.5, 0.9, 1.0);
        }
    }
}
