package dev.spikelane.kernel;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ArbitrarySupplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.providers.TypeUsage;

/** Sizes and densities at which kernels fail. The package is exported, because jqwik creates the suppliers. */
@SuppressWarnings({"exports", "missing-explicit-ctor"})
public final class Awkward {

    private Awkward() {}

    /** Neurons around groups, lanes, words and blocks. */
    @ForAll(supplier = Sizes.class)
    @Target(ElementType.PARAMETER)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Size {}

    /** A fraction of neurons that fire. */
    @ForAll(supplier = Densities.class)
    @Target(ElementType.PARAMETER)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface Density {}

    @ForAll(supplier = Ranges.class)
    @Target(ElementType.PARAMETER)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface UpTo {
        int value();

        int from() default 1;
    }

    @ForAll(supplier = FromZero.class)
    @Target(ElementType.PARAMETER)
    @Retention(RetentionPolicy.RUNTIME)
    public @interface ZeroTo {
        int value();
    }

    public static final class Sizes implements ArbitrarySupplier<Integer> {
        @Override
        public Arbitrary<Integer> get() {
            return Arbitraries.of(1, 2, 3, 4, 5, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 200);
        }
    }

    public static final class Densities implements ArbitrarySupplier<Double> {
        @Override
        public Arbitrary<Double> get() {
            return Arbitraries.of(0.0, 0.01, 0.1, 0.5, 0.9, 1.0);
        }
    }

    public static final class Ranges implements ArbitrarySupplier<Integer> {
        @Override
        public Arbitrary<Integer> get() {
            throw new UnsupportedOperationException("a range needs its parameter");
        }

        @Override
        public Arbitrary<Integer> supplyFor(TypeUsage parameter) {
            UpTo range = parameter.findAnnotation(UpTo.class).orElseThrow();
            return Arbitraries.integers().between(range.from(), range.value());
        }
    }

    public static final class FromZero implements ArbitrarySupplier<Integer> {
        @Override
        public Arbitrary<Integer> get() {
            throw new UnsupportedOperationException("a range needs its parameter");
        }

        @Override
        public Arbitrary<Integer> supplyFor(TypeUsage parameter) {
            int most = parameter.findAnnotation(ZeroTo.class).orElseThrow().value();
            return Arbitraries.integers().between(0, most);
        }
    }
}
