/** The bytes of an array that was deflated and written as base64. */
async function unpack(text) {
    const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
    return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function unpackFloats(text) {
    return new Float32Array((await unpack(text)).buffer);
}

/** Whether a neuron fires: the bits of a step are padded to 64-bit words. */
function fires(train, step, neuron) {
    return (train.bits[step * train.stride + (neuron >> 3)] >> (neuron & 7)) & 1;
}

/** Step and neuron of each spike, one after the other: what a chart of many points takes. */
function spikePoints(train) {
    const points = new Float32Array(2 * train.count);
    let at = 0;
    for (let i = 0; i < train.bits.length; i++) {
        for (let rest = train.bits[i]; rest !== 0; rest &= rest - 1) {
            points[at++] = Math.floor(i / train.stride);
            points[at++] = (i % train.stride) * 8 + (31 - Math.clz32(rest & -rest));
        }
    }
    return points;
}

async function unpackFigure(figure) {
    for (const panel of figure.panels || []) {
        if (panel.packed) {
            await unpackTrain(panel);
        }
        if (panel.floats) {
            panel.values = await unpackFloats(panel.floats);
            delete panel.floats;
        }
    }
    if (figure.train) {
        await unpackTrain(figure.train);
        figure.step = figure.train.steps;
    }
    if (figure.floats) {
        figure.values = await unpackFloats(figure.floats);
        delete figure.floats;
    }
    if (figure.bytes) {
        figure.pixels = await unpack(figure.bytes);
        delete figure.bytes;
    }
}

async function unpackTrain(train) {
    train.bits = await unpack(train.packed);
    train.stride = train.bits.length / train.steps;
    delete train.packed;
}
