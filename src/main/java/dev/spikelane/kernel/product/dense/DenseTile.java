package dev.spikelane.kernel.product.dense;

import dev.spikelane.loop.TileWriter;
import dev.spikelane.simd.Template;
import java.lang.constant.ClassDesc;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;

/** Adds products to a tile of sums, whose rows and vectors {@link #of} says. */
abstract class DenseTile {

    /**
     * {@code sums[row][lane] += sum over k of factors[row][k] * vectors[k][lane]}, a fused multiply-add for each
     * {@code k} in ascending order. Offsets and distances are bytes.
     *
     * @param a where the first factor of the first row stands
     * @param rowOfA from one row's factors to the next's
     * @param stepOfA from one {@code k} to the next
     * @param b where the first vector stands
     * @param stepOfB from one {@code k} to the next
     * @param c where the first sum of the first row stands
     * @param rowOfC from one row's sums to the next's
     * @param last the last row, from 0; unless the tile is packed, there have to be factors for the rows beyond
     * @param depth how many {@code k}
     */
    abstract void add(
            MemorySegment factors,
            long a,
            long rowOfA,
            long stepOfA,
            MemorySegment vectors,
            long b,
            long stepOfB,
            MemorySegment sums,
            long c,
            long rowOfC,
            int last,
            int depth);

    /** A tile. */
    static DenseTile of(TileWriter.Shape shape) {
        ClassDesc type = ClassDesc.of(DenseTile.class.getName());
        ClassDesc name = ClassDesc.of(DenseTile.class.getName() + shape.rows() + "x" + shape.vectors());
        return Template.written(
                MethodHandles.lookup(),
                DenseTile.class,
                TileWriter.write(name, type, shape),
                () -> new DenseTileScalar(shape.vectors()));
    }
}
