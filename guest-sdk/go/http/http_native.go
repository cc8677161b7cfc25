//go:build !wasip1

package http

import "pushgate/flavor/internal/double"

func send(request *Request) (*Response, error) {
	response, err := double.Send(request)
	if err != nil {
		return nil, err
	}
	return response.(*Response), nil
}
