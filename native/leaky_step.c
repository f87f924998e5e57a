/*
 * Leaky integrate-and-fire neurons with a delayed reset by subtraction, as dev.spikelane.kernel.step.leaky.LeakyText:
 *
 *   R = U > threshold;  U = (beta * U + I) - R * threshold;  S = U > threshold
 */
#include "lanes.h"

/* words: 64-bit words of spikes in a row; rows of floats have 64 of them for each word, the padding zero. */
EXPORT(void, leaky_step)(const float *beta, const float *threshold, const float *current, int rows, float *membrane,
                         int batch, uint64_t *spikes, int words) {
    for (int row = 0, sample = 0; row < rows; row++, sample++) {
        if (sample == batch) {
            sample = 0;
        }
        const float *input = current + (int64_t)row * words * 64;
        float *state = membrane + (int64_t)sample * words * 64;
        for (int word = 0; word < words; word++) {
            uint64_t bits = 0;
            for (int lane = 0; lane < 64; lane += LANES) {
                int neuron = word * 64 + lane;
                lanes limit = load(threshold + neuron);
                lanes u = load(state + neuron);
                lanes reset = one_where(greater(u, limit)) * limit;
                u = (load(beta + neuron) * u + load(input + neuron)) - reset;
                store(state + neuron, u);
                bits |= bits_of(greater(u, limit)) << lane;
            }
            spikes[(int64_t)row * words + word] = bits;
        }
    }
}
