import numpy as np
import scipy.sparse as sparse

from loyalty_ai.ml.reasons import ReasonKind, list_reasons


def test_reasons_name_the_past_item_that_speaks_most():
    count = sparse.csr_matrix(np.array([[1, 3, 0, 0, 0], [0, 0, 0, 0, 0], [1, 0, 1, 0, 0]], np.float32))
    likeness = np.zeros((5, 5), np.float32)
    likeness[0, 3], likeness[1, 3], likeness[2, 0] = 0.2, 0.7, 0.5
    items = np.array([[3, 1, 4], [0, 2, -1], [0, 3, -1]], np.int32)
    reason_items, kinds = list_reasons(items, count=count, likeness=likeness)
    history, repeat, popular = ReasonKind.HISTORY, ReasonKind.REPEAT, ReasonKind.POPULAR
    assert reason_items.tolist() == [[1, 1, -1], [-1, -1, -1], [2, 0, -1]]
    assert kinds.tolist() == [[history, repeat, popular], [popular] * 3, [history, history, popular]]
    sparse_items, sparse_kinds = list_reasons(items, count=count, likeness=sparse.csr_matrix(likeness))
    assert sparse_items.tolist() == reason_items.tolist()
    assert sparse_kinds.tolist() == kinds.tolist()
