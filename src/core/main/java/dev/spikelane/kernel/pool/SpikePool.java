package dev.spikelane.kernel.pool;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.simd.Elements;
import dev.spikelane.simd.SimdWidth;
import dev.spikelane.simd.Tile;

/**
 * Pools spikes that all carry the same value: finds out if any input of a window fires, for as many channels at a time
 * as fit a word.
 */
final class SpikePool {

    private SpikePool() {}

    static void run(SpikeMatrix spikes, float value, PoolWindows of, int row, Tile into) {
        for (int block = into.firstBlock(); block < into.endBlock(); block++) {
            int first = block * Long.SIZE;
            long word = word(spikes, of, row, first, Math.min(first + Long.SIZE, into.columns()));
            if (SimdWidth.VECTOR) {
                PoolVector.expand(word, value, into.matrix().segment(), into.offset(row, block));
            } else {
                expand(word, value, row, first, into);
            }
        }
    }

    private static long word(SpikeMatrix spikes, PoolWindows of, int row, int first, int end) {
        int channels = of.channels();
        int most = channels % Byte.SIZE == 0 ? Long.SIZE : SpikeBits.COUNT;
        int position = first / channels;
        int channel = first % channels;
        long word = 0;
        int count;
        for (int column = first; column < end; column += count) {
            count = Math.min(Math.min(channels - channel, end - column), most);
            long any = 0;
            for (int i = of.starts()[position]; i < of.starts()[position + 1]; i++) {
                any |= SpikeBits.at(spikes, spikes.segment(), row, of.places()[i] * channels + channel);
            }
            word |= (any & -1L >>> -count) << column - first;
            channel += count;
            if (channel == channels) {
                channel = 0;
                position++;
            }
        }
        return word;
    }

    private static void expand(long word, float value, int row, int first, Tile into) {
        for (int bit = 0; bit < FloatMatrix.ROW_MULTIPLE; bit++) {
            Elements.set(into.matrix(), row, first + bit - into.origin(), (word >>> bit & 1) == 0 ? 0 : value);
        }
    }
}
