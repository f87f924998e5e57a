package dev.spikelane.kernel.product.dense;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.spikelane.EveryWidth;
import dev.spikelane.FewerTries;
import dev.spikelane.fixture.KernelCase;
import dev.spikelane.kernel.ComparesVectors;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.kernel.product.Part;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.simd.Tile;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

@EveryWidth
@FewerTries(fullWidth = 2)
final class DenseMatmulProperties extends KernelCase {

    /** Around tiles of rows, vectors, strips and blocks. */
    @Provide
    Arbitrary<Integer> sizes() {
        return Arbitraries.of(1, 2, 3, 4, 5, 6, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 130);
    }

    @Provide
    Arbitrary<Integer> rows() {
        return Arbitraries.of(1, 2, 3, 4, 5, 7, 65, 130, 255, 256, 257, 258, 261);
    }

    /** Around panels too. */
    @Provide
    Arbitrary<Integer> depths() {
        return Arbitraries.of(1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 130, 255, 256, 257, 511, 513, 530);
    }

    @Property(tries = 300)
    void everyVariantKeepsTheCanonicalOrder(
            @ForAll("sizes") int m,
            @ForAll("depths") int k,
            @ForAll("sizes") int n,
            @ForAll boolean transposeA,
            @ForAll boolean transposeB,
            @ForAll boolean accumulate,
            @ForAll DenseCase.Kind kind,
            @ForAll long seed) {
        check(m, k, n, transposeA, transposeB, accumulate, kind, seed);
    }

    /** Only vectors have panels. */
    @ComparesVectors
    @Property(tries = 20)
    void rowsBeyondAPanelKeepTheCanonicalOrder(
            @ForAll("sizes") int more,
            @ForAll boolean transposeA,
            @ForAll boolean transposeB,
            @ForAll boolean accumulate,
            @ForAll long seed) {
        int m = DenseMatmul.Panels.ROWS + more;
        check(m, DenseMatmul.Panels.DEPTH + 1, 33, transposeA, transposeB, accumulate, DenseCase.Kind.SPECIAL, seed);
    }

    private void check(
            int m,
            int k,
            int n,
            boolean transposeA,
            boolean transposeB,
            boolean accumulate,
            DenseCase.Kind kind,
            long seed) {
        Random random = new Random(seed);
        float[][] a = DenseCase.values(m, k, kind, random);
        float[][] b = DenseCase.values(k, n, kind, random);
        float[][] held = DenseCase.values(m, n, kind, random);
        float[][] expected = DenseCase.product(a, b, accumulate ? held : new float[m][n]);
        FloatMatrix left = DenseCase.matrix(arena, a, transposeA);
        FloatMatrix right = DenseCase.matrix(arena, b, transposeB);
        FloatMatrix c = DenseCase.matrix(arena, held, false);
        DenseMatmul.scalar(left, transposeA, right, transposeB, c, accumulate);
        DenseCase.assertSameBits(expected, c, "scalar");
        FloatMatrix workspace = DenseMatmul.workspace(arena);
        workspace.fill(Float.NaN); // the product must not depend on old values
        c = DenseCase.matrix(arena, held, false);
        if (accumulate) {
            DenseMatmul.add(left, transposeA, right, transposeB, c, workspace);
        } else {
            DenseMatmul.multiply(left, transposeA, right, transposeB, c, workspace);
        }
        DenseCase.assertSameBits(expected, c, "multiply");
    }

    @Property(tries = 200)
    void packedWeightsKeepTheCanonicalOrderInRowsAndBlocks(
            @ForAll("rows") int rows,
            @ForAll("depths") int inputs,
            @ForAll("sizes") int outputs,
            @ForAll DenseCase.Kind kind,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] input = DenseCase.values(rows, inputs, kind, random);
        float[][] weights = DenseCase.values(inputs, outputs, DenseCase.Kind.UNIFORM, random);
        float[][] bias = DenseCase.values(1, outputs, DenseCase.Kind.UNIFORM, random);
        bias[0][0] = -0.0f;
        float[][] start = new float[rows][];
        Arrays.fill(start, bias[0]);
        float[][] expected = DenseCase.product(input, weights, start);
        PackedWeights packed =
                PackedWeights.pack(arena, DenseCase.matrix(arena, weights, true), DenseCase.matrix(arena, bias, false));
        FloatMatrix in = DenseCase.matrix(arena, input, false);
        FloatMatrix current = FloatMatrix.zeros(arena, rows, outputs);
        DenseMatmul.multiply(in, in.rows(), packed, Tile.whole(current));
        DenseCase.assertSameBits(expected, current, "whole");

        Part part = Part.of(rows, packed.blocks(), random);
        part.keep(expected);
        current.fill(Part.BEFORE);
        DenseMatmul.multiply(in, part.some(), packed, part.in(current));
        DenseCase.assertSameBits(expected, current, "part");
        current.fill(Part.BEFORE);
        DenseMatmul.scalar(in, part.some(), packed, part.in(current));
        DenseCase.assertSameBits(expected, current, "scalar part");
    }

    /** Few weights and many rows are checked before the product, others after it. */
    @Property(tries = 200)
    void zeroInputsAddNothingToWeightsThatAreNotFinite(
            @ForAll("rows") int rows,
            @ForAll("depths") int inputs,
            @ForAll("sizes") int outputs,
            @ForAll DenseCase.Kind kind,
            @ForAll long seed) {
        Random random = new Random(seed);
        float[][] input = DenseCase.values(rows, inputs, kind, random);
        for (float[] row : input) {
            for (int k = 0; k < inputs; k++) {
                row[k] = random.nextInt(3) == 0 ? row[k] : random.nextBoolean() ? 0.0f : -0.0f;
            }
        }
        float[][] weights = DenseCase.values(inputs, outputs, DenseCase.Kind.SPECIAL, random);
        float[][] bias = DenseCase.values(1, outputs, DenseCase.Kind.SPECIAL, random);
        float[][] start = new float[rows][];
        Arrays.fill(start, bias[0]);
        float[][] expected = DenseCase.product(input, weights, start);
        PackedWeights packed = DenseCase.packed(arena, weights, bias);
        FloatMatrix in = DenseCase.matrix(arena, input, false);
        FloatMatrix current = FloatMatrix.zeros(arena, rows, outputs);
        DenseMatmul.multiply(in, rows, packed, Tile.whole(current));
        DenseCase.assertSameBits(expected, current, "vectors");
        DenseMatmul.scalar(in, rows, packed, Tile.whole(current));
        DenseCase.assertSameBits(expected, current, "scalar");
    }

    /** A tile has the requested blocks from its column 0 on, zeros after the last output, and nothing else. */
    @Property(tries = 150)
    void tileGivesItsPartOfTheWhole(
            @ForAll("rows") int rows,
            @ForAll("depths") int inputs,
            @ForAll("sizes") int outputs,
            @ForAll DenseCase.Kind kind,
            @ForAll long seed) {
        Random random = new Random(seed);
        FloatMatrix in = DenseCase.matrix(arena, DenseCase.values(rows, inputs, kind, random), false);
        PackedWeights packed = PackedWeights.pack(
                arena,
                DenseCase.matrix(arena, DenseCase.values(outputs, inputs, DenseCase.Kind.UNIFORM, random), false),
                DenseCase.matrix(arena, DenseCase.values(1, outputs, DenseCase.Kind.UNIFORM, random), false));
        FloatMatrix whole = FloatMatrix.zeros(arena, rows, outputs);
        DenseMatmul.multiply(in, in.rows(), packed, Tile.whole(whole));
        Part part = Part.of(rows, packed.blocks(), random);
        float[][] all = new float[rows][];
        Arrays.setAll(all, row -> whole.rows(row, 1).toArray());
        float[][] expected = part.tile(all, random.nextInt(3));
        FloatMatrix tile = Part.unwritten(arena, rows, expected[0].length);
        DenseMatmul.multiply(
                in, part.some(), packed, Tile.of(tile, packed.outputs()).at(part.first(), part.end()));
        DenseCase.assertSameBits(expected, tile, "tile");
        tile.fill(Part.BEFORE);
        DenseMatmul.scalar(
                in, part.some(), packed, Tile.of(tile, packed.outputs()).at(part.first(), part.end()));
        DenseCase.assertSameBits(expected, tile, "scalar tile");
    }

    @Property(tries = 50)
    void dyadicSumsAreExact(
            @ForAll("sizes") int m, @ForAll("depths") int k, @ForAll("sizes") int n, @ForAll long seed) {
        Random random = new Random(seed);
        float[][] a = DenseCase.values(m, k, DenseCase.Kind.DYADIC, random);
        float[][] b = DenseCase.values(k, n, DenseCase.Kind.DYADIC, random);
        FloatMatrix c = FloatMatrix.zeros(arena, m, n);
        FloatMatrix workspace = DenseMatmul.workspace(arena);
        FloatMatrix left = DenseCase.matrix(arena, a, false);
        DenseMatmul.multiply(left, false, DenseCase.matrix(arena, b, false), false, c, workspace);
        for (int i = 0; i < m; i++) {
            for (int j = 0; j < n; j++) {
                double sum = 0;
                for (int step = k - 1; step >= 0; step--) {
                    sum += (double) a[i][step] * b[step][j];
                }
                assertEquals(sum, c.get(i, j), 0, "row " + i + ", column " + j);
            }
        }
    }
}
