package dev.spikelane.network;

import dev.spikelane.engine.thread.WorkerPool;
import dev.spikelane.kernel.product.PackedWeights;

/** Threads that share a product by blocks of {@value PackedWeights#BLOCK} outputs, as a {@link Simulation} does. */
public final class SharedBlocks implements AutoCloseable {

    private static final int PARTS_OF_THREAD = 4;

    /** A product of some of the blocks. */
    public interface Product {
        /** Computes blocks from the first to before the end, with the memory of a thread. */
        void compute(int firstBlock, int endBlock, int thread);
    }

    private final WorkerPool workers;
    private final WorkerPool.Job job;
    private final int parts;

    public SharedBlocks(int threads, int blocks, Product product) {
        int inPart = threads == 1 ? blocks : Math.ceilDiv(blocks, threads * PARTS_OF_THREAD);
        this.workers = new WorkerPool(threads);
        this.job = (part, thread) -> product.compute(part * inPart, Math.min((part + 1) * inPart, blocks), thread);
        this.parts = Math.ceilDiv(blocks, inPart);
    }

    /** Computes all blocks. */
    public void run() {
        workers.run(job, parts);
    }

    @Override
    public void close() {
        workers.close();
    }
}
