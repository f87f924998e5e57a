package dev.spikelane.kernel.product.spike;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Work;
import dev.spikelane.simd.SimdWidth;
import java.util.List;
import java.util.Locale;

/**
 * Random spikes times random weights.
 *
 * @param inputs number of inputs
 * @param outputs number of outputs
 * @param rows rows of spikes
 * @param density share of the inputs that fire
 * @param threads threads, which share the outputs
 * @param variant which variant the library takes
 */
public record SpikeMatmulWork(int inputs, int outputs, int rows, double density, int threads, Variant variant)
        implements Work {

    /** A variant of the kernel. */
    public enum Variant {
        /** The public entry chooses. */
        CHOSEN,
        ACTIVE,
        /** Spikes as numbers. */
        DENSE,
        /** Tables of 64 outputs in the L1 cache. */
        WIDE,
        /** Tables of 32 outputs in the L1 cache. */
        NARROW,
        /** Lists of entries of tables. */
        LISTS,
        /** Tables in registers: 512-bit vectors only. */
        PERMUTE;

        /** Those to be taken by themselves. */
        public static List<Variant> available() {
            if (!SimdWidth.VECTOR) {
                return List.of();
            }
            return SimdWidth.bits() == SimdWidth.WIDEST
                    ? List.of(ACTIVE, DENSE, WIDE, NARROW, LISTS, PERMUTE)
                    : List.of(ACTIVE, DENSE, WIDE, NARROW, LISTS);
        }
    }

    /** The public entry on one thread or more. */
    public SpikeMatmulWork(int inputs, int outputs, int rows, double density, int threads) {
        this(inputs, outputs, rows, density, threads, Variant.CHOSEN);
    }

    @Override
    public String name() {
        return "spike matmul %dx%d rows %d density %.2f threads %d".formatted(inputs, outputs, rows, density, threads)
                + (variant == Variant.CHOSEN ? "" : " " + variant.name().toLowerCase(Locale.ROOT));
    }

    @Override
    public Case open() {
        return new SpikeMatmulCase(this);
    }
}
