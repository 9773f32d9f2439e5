"""The operations that edugrad promises to have: every one is looked up by name."""

FUNCTIONS = """
add sub mul div true_divide floor_divide multiply subtract divide neg negative positive pow square
sqrt rsqrt reciprocal remainder fmod float_power exp exp2 expm1 log log2 log10 log1p sin cos tan
asin acos atan arcsin arccos arctan sinh cosh tanh asinh acosh atanh abs absolute sign sgn round
floor ceil trunc fix frac clamp clip clamp_min clamp_max lerp addcmul addcdiv hypot atan2 arctan2
copysign heaviside logaddexp logaddexp2 xlogy erf erfc erfinv lgamma digamma sinc sigmoid logit
nan_to_num where maximum minimum fmax fmin isnan isinf isfinite isclose allclose equal eq ne lt le
gt ge logical_and logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor bitwise_not
bitwise_left_shift bitwise_right_shift deg2rad rad2deg
sum mean prod var std var_mean std_mean amax amin aminmax max min argmax argmin any all logsumexp
nansum nanmean median nanmedian mode kthvalue quantile count_nonzero norm cumsum cumprod cummax
cummin logcumsumexp diff histc bincount
reshape permute transpose movedim moveaxis t squeeze unsqueeze flatten unflatten broadcast_to
broadcast_tensors narrow select unbind diagonal as_strided ravel atleast_1d atleast_2d atleast_3d
swapaxes swapdims
cat concat stack hstack vstack dstack column_stack chunk split tensor_split hsplit vsplit dsplit
repeat_interleave tile roll flip fliplr flipud rot90 meshgrid cartesian_prod combinations block_diag
gather scatter scatter_add scatter_reduce index_select index_add index_copy index_fill index_put
masked_fill masked_select take take_along_dim nonzero argwhere tril triu tril_indices triu_indices
diag diag_embed diagflat
sort argsort topk msort unique unique_consecutive searchsorted bucketize isin
matmul mm bmm mv dot vdot inner outer addmm addmv addr addbmm baddbmm einsum tensordot kron cross
trace cdist softmax log_softmax relu
tensor as_tensor from_numpy zeros ones full empty eye arange linspace logspace zeros_like ones_like
full_like empty_like rand randn randint randperm normal bernoulli multinomial rand_like randn_like
randint_like manual_seed is_tensor numel
""".split()

METHODS = """
view reshape view_as expand expand_as repeat unfold is_contiguous contiguous stride storage_offset
to type float double long int bool half numpy tolist item clone detach detach_ put new_tensor
new_zeros new_ones new_full new_empty add_ sub_ mul_ div_ pow_ zero_ fill_ copy_ clamp_ relu_ exp_
sqrt_ abs_ neg_ uniform_ normal_ random_ exponential_ bernoulli_ masked_fill_ index_add_ scatter_
scatter_add_ index_fill_ index_copy_ index_put_ register_hook retain_grad backward requires_grad_
""".split()

LINALG = """
norm vector_norm matrix_norm det slogdet inv solve cholesky qr svd eigh pinv matrix_power
""".split()

FUNCTIONAL = """
relu relu6 leaky_relu prelu elu selu celu gelu silu mish softplus softsign tanhshrink softshrink
hardshrink hardtanh hardsigmoid hardswish threshold glu logsigmoid softmax log_softmax softmin
linear embedding conv1d conv2d conv_transpose1d conv_transpose2d unfold fold max_pool1d max_pool2d
avg_pool1d avg_pool2d adaptive_avg_pool1d adaptive_avg_pool2d adaptive_max_pool1d
adaptive_max_pool2d interpolate pad batch_norm layer_norm group_norm instance_norm rms_norm
local_response_norm dropout dropout1d dropout2d alpha_dropout scaled_dot_product_attention normalize
cosine_similarity pairwise_distance pixel_shuffle one_hot mse_loss l1_loss smooth_l1_loss huber_loss
cross_entropy nll_loss binary_cross_entropy binary_cross_entropy_with_logits kl_div
hinge_embedding_loss margin_ranking_loss cosine_embedding_loss triplet_margin_loss poisson_nll_loss
gaussian_nll_loss soft_margin_loss
""".split()

AUTOGRAD = "Function grad backward gradcheck gradgradcheck detect_anomaly no_grad".split()
FUNCTIONAL_AUTOGRAD = "jacobian hessian vjp jvp".split()


def absent(edugrad: object) -> list[str]:
    """The promised names that are not there."""
    places = {
        "": FUNCTIONS,
        "Tensor": METHODS,
        "linalg": LINALG,
        "nn.functional": FUNCTIONAL,
        "autograd": AUTOGRAD,
        "autograd.functional": FUNCTIONAL_AUTOGRAD,
    }
    missing = []
    for place, names in places.items():
        home = edugrad
        for part in filter(None, place.split(".")):
            home = getattr(home, part, None)
        missing += [f"{place}.{name}".lstrip(".") for name in names if not hasattr(home, name)]
    return missing
