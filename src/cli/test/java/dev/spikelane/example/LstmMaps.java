package dev.spikelane.example;

import dev.spikelane.connection.Convolution;
import dev.spikelane.connection.Kernel;
import dev.spikelane.kernel.Reset;
import dev.spikelane.memory.Shape;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.random.TorchRandom;

public class LstmMaps {

    private LstmMaps() {}

    /** snn.SConv2dLSTM(1, 3, 3, max_pool=2, threshold=0.1) over images. */
    public static Network network(TorchRandom random) {
        var all = Convolution.of(1 + 3, 4 * 3, Kernel.of(3).withPadding(1), random); // inputs and hidden maps -> gates
        return Network.builder(Shape.of(1, 28, 28))
                .connect(SLstm.gatesOfInputs(all)).neuron(SLstm.of(all).withThreshold(0.1)) // conv1, lif1: 3 maps of 28 x 28
                .variable("membrane").maxPool2d(2) // between membranes and what fires
                .neuron(new Leaky(0).withReset(Reset.NONE).withThreshold(0.1)) // lif2: 3 maps of 14 x 14
                .build();
    }
}
