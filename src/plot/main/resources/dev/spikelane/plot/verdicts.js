/** The images that a network has seen, list by list; a click on one opens the raster of what the network did. */
async function drawVerdicts(lists) {
    for (const [number, images] of lists.entries()) {
        const pixels = await unpack(images.packed);
        const size = images.width * images.height;
        document.querySelectorAll('canvas[data-list="' + number + '"]').forEach((canvas) => {
            const image = Number(canvas.dataset.image);
            paintPixels(canvas, pixels, image * size);
            if (images.rasters.length > 0) {
                canvas.closest('button').onclick = (event) => openRaster(images.rasters[image], event.currentTarget);
            }
        });
    }
}

function openRaster(figure, card) {
    const dialog = document.querySelector('dialog');
    const small = card.querySelector('canvas');
    const large = dialog.querySelector('canvas');
    large.width = small.width;
    large.height = small.height;
    large.getContext('2d').drawImage(small, 0, 0);
    dialog.querySelector('strong').textContent = card.querySelector('strong').textContent;
    dialog.querySelector('.verdict').textContent = card.querySelector('.verdict').textContent;
    const element = document.createElement('div');
    element.className = 'chart';
    dialog.querySelector('.chart').replaceWith(element);
    dialog.querySelector('.close').onclick = () => dialog.close();
    dialog.onclick = (event) => event.target === dialog && dialog.close();
    dialog.showModal();
    drawFigure(figure, element).then((chart) => {
        dialog.dataset.drawn = card.querySelector('canvas').dataset.image;
        dialog.onclose = () => {
            chart.dispose();
            delete dialog.dataset.drawn;
        };
    });
}
