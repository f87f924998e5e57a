package dev.spikelane.example;

import dev.spikelane.data.BatchLoader;
import dev.spikelane.data.Batching;
import dev.spikelane.data.Dataset;
import dev.spikelane.io.Idx;
import dev.spikelane.network.Network;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.random.TorchRandom;
import dev.spikelane.train.Adam;
import dev.spikelane.train.CrossEntropyLoss;
import dev.spikelane.train.Decoding;
import dev.spikelane.train.Evaluator;
import dev.spikelane.train.Trainer;
import dev.spikelane.train.TrainingBatch;
import java.io.IOException;
import java.nio.file.Path;

/** snnTorch's tutorial 5, line beside line, on a folder of (Fashion-)MNIST or else on the 256 images of the demo. */
public class Tutorial5 {

    static double[] accuracies(Dataset data, int epochs) {
        int numSteps = 25; //                                       num_steps = 25
        float beta = 0.95f; //                                      beta = 0.95
        int batchSize = 128; //                                     batch_size = 128

        var random = new TorchRandom(42); //                        torch.manual_seed(42)
        var net = Network.builder(784) //                           class Net(nn.Module): def __init__(self):
                .dense(1000, random) //                                 self.fc1 = nn.Linear(784, 1000)
                .neuron(new Leaky(beta)) //                             self.lif1 = snn.Leaky(beta=beta)
                .dense(10, random) //                                   self.fc2 = nn.Linear(1000, 10)
                .neuron(new Leaky(beta)) //                             self.lif2 = snn.Leaky(beta=beta)
                .build(); //                                        net = Net()

        // train_loader = DataLoader(data, batch_size=batch_size, shuffle=True, drop_last=True)
        var batching = new Batching(batchSize).withShuffle(42).withDropLast(true);
        try (var trainLoader = new BatchLoader(data.flattened(), batching);
                var trainer = Trainer.of(net, numSteps, batchSize)
                        .loss(CrossEntropyLoss.membrane()) //       loss = nn.CrossEntropyLoss(), over mem_rec[step]
                        .optimizer(new Adam(5e-4)) //               optimizer = torch.optim.Adam(net.parameters(), lr=5e-4)
                        .build()) {
            for (int epoch = 0; epoch < epochs; epoch++) { //       for epoch in range(num_epochs):
                trainLoader.start(epoch);
                while (trainLoader.next()) { //                         for data, targets in train_loader:
                    var batch = trainLoader.batch();
                    // spk_rec, mem_rec = net(data.view(batch_size, -1)); loss_val = ...
                    // optimizer.zero_grad(); loss_val.backward(); optimizer.step()
                    double lossValue = trainer.step(TrainingBatch.ofFrame(batch.input(), batch.labels()));
                    System.out.printf("epoch %d, batch %d, loss %.2f%n", epoch, batch.number(), lossValue);
                }
            }
        }
        try (var byCounts = new Evaluator(net, numSteps, new Batching(batchSize), 1);
                var byMembranes = new Evaluator(net, numSteps, new Batching(batchSize), 1)) {
            return new double[] {
                // _, idx = spk_rec.sum(dim=0).max(1); acc = np.mean((targets == idx).detach().cpu().numpy())
                byCounts.decoding(Decoding.COUNT).evaluate(data.flattened()).accuracy(),
                // what the loss has trained is the membranes; decoded by them, more images are right
                byMembranes.decoding(Decoding.MEMBRANE).evaluate(data.flattened()).accuracy()
            };
        }
    }

    static Dataset sample() throws IOException {
        String name = "/dev/spikelane/cli/fashion-mnist-256-";
        try (var images = Tutorial5.class.getResourceAsStream(name + "images.idx3-ubyte.gz");
                var labels = Tutorial5.class.getResourceAsStream(name + "labels.idx1-ubyte.gz")) {
            return Dataset.idx("sample", Idx.read("images", images), Idx.read("labels", labels));
        }
    }

    public static void main(String[] arguments) throws IOException {
        var data = arguments.length == 0 ? sample() : Dataset.idxTrain(Path.of(arguments[0]));
        double[] right = accuracies(data, 10);
        System.out.printf("%.1f %% of the training images right by spikes, ", 100 * right[0]);
        System.out.printf("%.1f %% by membranes%n", 100 * right[1]);
    }
}
