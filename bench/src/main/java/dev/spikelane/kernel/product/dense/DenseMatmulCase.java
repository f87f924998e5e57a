package dev.spikelane.kernel.product.dense;

import dev.spikelane.bench.Case;
import dev.spikelane.bench.Contestant;
import dev.spikelane.bench.Entry;
import dev.spikelane.bench.PeerEntries;
import dev.spikelane.blas.BlasThreads;
import dev.spikelane.blas.OpenBlas;
import dev.spikelane.kernel.Matmul;
import dev.spikelane.kernel.RandomData;
import dev.spikelane.kernel.product.PackedWeights;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.network.SharedBlocks;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.simd.Tile;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Input and memory of a {@link DenseMatmulWork}. */
final class DenseMatmulCase implements Case {

    /** Products up to which the scalar kernel takes part. */
    private static final long SCALAR_PRODUCTS = 110_000_000;

    private final Arena arena = Arena.ofShared();
    private final DenseMatmulWork work;
    private final FloatMatrix input;
    private final FloatMatrix unpacked;
    /** Both factors in their memory layout. */
    private final FloatMatrix first;

    private final FloatMatrix second;
    private final PackedWeights weights;
    private final FloatMatrix output;
    private final List<Part> parts;
    private final SharedBlocks shared;
    private final PeerEntries peers;
    private final List<Entry> entries = new ArrayList<>();

    /** The matrices of one thread if rows are shared. */
    private record Part(FloatMatrix input, FloatMatrix output, FloatMatrix workspace, Tile tile) {}

    DenseMatmulCase(DenseMatmulWork work) {
        this.work = work;
        input = RandomData.coarse(arena, work.m(), work.k());
        unpacked =
                RandomData.linear(arena, work.k(), work.n(), new TorchRandom(1)).weights();
        first = laidOut(input, work.form().transpose.first());
        second = laidOut(unpacked, !work.form().transpose.second());
        weights = PackedWeights.pack(arena, unpacked);
        output = FloatMatrix.zeros(arena, work.m(), work.n());
        int rows = Math.ceilDiv(work.m(), work.threads());
        parts = IntStream.range(0, work.threads())
                .mapToObj(thread -> part(thread * rows, Math.min(rows, work.m() - thread * rows)))
                .toList();
        shared = work.form() == DenseMatmulWork.Form.PACKED
                ? new SharedBlocks(work.threads(), weights.blocks(), this::packed)
                : new SharedBlocks(work.threads(), work.threads(), this::unpacked);
        peers = work.form().transpose == Matmul.Transpose.SECOND
                ? new PeerEntries(
                        peer -> peer.product(input, unpacked, work.threads()), arena, List.of(output), List.of())
                : new PeerEntries();
        enter();
    }

    private static FloatMatrix laidOut(FloatMatrix matrix, boolean transposed) {
        return transposed ? matrix.transposed() : matrix;
    }

    private Part part(int firstRow, int rows) {
        return new Part(
                laidOut(input.rows(firstRow, rows), work.form().transpose.first()),
                output.rows(firstRow, rows),
                DenseMatmul.workspace(arena),
                Tile.whole(output));
    }

    private void packed(int firstBlock, int endBlock, int thread) {
        DenseMatmul.multiply(input, work.m(), weights, parts.get(thread).tile.at(firstBlock, endBlock));
    }

    private void unpacked(int firstPart, int endPart, int thread) {
        for (int i = firstPart; i < endPart; i++) {
            Part part = parts.get(i);
            Matmul.Transpose form = work.form().transpose;
            DenseMatmul.multiply(part.input, form.first(), second, form.second(), part.output, part.workspace);
        }
    }

    @Override
    public List<Entry> entries() {
        return entries;
    }

    private void enter() {
        entries.add(entry(Contestant.JAVA, shared::run));
        Matmul.Transpose form = work.form().transpose;
        if ((long) work.m() * work.k() * work.n() <= SCALAR_PRODUCTS) {
            entries.add(entry(
                    Contestant.SCALAR,
                    () -> DenseMatmul.scalar(first, form.first(), second, form.second(), output, false)));
        }
        if (OpenBlas.isAvailable()) {
            entries.add(entry(Contestant.OPENBLAS, () -> {
                BlasThreads.set(work.threads());
                OpenBlas.sgemm(form, 1, first, second, 0, output);
            }));
        }
        entries.addAll(peers.entries());
    }

    private Entry entry(Contestant contestant, Runnable pass) {
        return new Entry(contestant, pass, output.segment());
    }

    @Override
    public void close() {
        peers.close();
        shared.close();
        arena.close();
    }
}
