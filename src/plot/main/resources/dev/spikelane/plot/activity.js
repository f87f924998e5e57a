/** Images and what a network did with each: fields of neurons that light up, and outputs as bars; they play by themselves. */
async function drawActivities(activities) {
    const stages = document.querySelectorAll('.stage');
    for (const [number, activity] of activities.entries()) {
        await unpackFigure(activity.raster);
        const panels = activity.raster.panels;
        const image = stagePart(stages[number], 'image', activity.width, activity.height);
        paintPixels(image, await unpack(activity.packed), 0);
        const shows = panels.map((panel, i) => (i === panels.length - 1
            ? outputBars(stages[number], panel)
            : neuronField(stages[number], panel, panel.neurons === activity.width * activity.height ? activity.width : 0)));
        const steps = panels[0].steps;
        const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
        const show = (step) => shows.forEach((one) => one(step));
        show(still ? steps : 0);
        const play = stepControls(stages[number], 0, steps, still ? steps : 0, show, clamp(8000 / steps, 40, 400));
        if (!still) {
            play();
        }
    }
}

function stagePart(stage, name, width, height) {
    const part = document.createElement('div');
    const canvas = document.createElement('canvas');
    part.append(partName(name), canvas);
    canvas.width = width;
    canvas.height = height;
    stage.append(part);
    return canvas;
}

function partName(text) {
    const name = document.createElement('div');
    name.className = 'name';
    name.textContent = text;
    return name;
}

/** A pixel for each neuron, which fades after a spike. */
function neuronField(stage, train, width) {
    const columns = width || Math.ceil(Math.sqrt(train.neurons));
    const canvas = stagePart(stage, train.name + ' \u2013 ' + grouped(train.neurons) + ' neurons', columns, Math.ceil(train.neurons / columns));
    const context = canvas.getContext('2d');
    const picture = context.createImageData(canvas.width, canvas.height);
    return (step) => {
        const paint = colour(layerColor(readTheme(), train));
        for (let neuron = 0; neuron < train.neurons; neuron++) {
            let glow = 0;
            for (let ago = 0; ago < Math.min(6, step) && glow === 0; ago++) {
                glow = fires(train, step - 1 - ago, neuron) ? 0.55 ** ago : 0;
            }
            picture.data.set([...paint, Math.round(255 * glow)], 4 * neuron);
        }
        context.putImageData(picture, 0, 0);
    };
}

/** The outputs by name, the leading ones in the color of their spikes; the last step says which one was found. */
function outputBars(stage, train) {
    const part = document.createElement('div');
    const list = document.createElement('ol');
    const rows = Array.from({ length: train.neurons }, (none, neuron) => {
        const row = document.createElement('li');
        row.append(document.createElement('span'), document.createElement('i'), document.createElement('output'));
        row.firstChild.textContent = train.labels[neuron] || 'neuron ' + neuron;
        list.append(row);
        return row;
    });
    part.append(partName(train.name + ' \u2013 spikes so far'), list);
    stage.append(part);
    const figure = { train: train };
    const most = Math.max(1, ...countsUpTo(figure, train.steps));
    return (step) => {
        const counts = countsUpTo(figure, step);
        const leading = Math.max(1, ...counts);
        const ends = step === train.steps && counts.filter((count) => count === leading).length === 1;
        rows.forEach((row, neuron) => {
            row.className = counts[neuron] < leading ? '' : ends ? 'found' : 'leading';
            row.children[1].style.setProperty('--share', counts[neuron] / most);
            row.lastChild.textContent = counts[neuron];
        });
    };
}
